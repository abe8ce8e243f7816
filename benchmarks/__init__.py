"""Measured claims: every ratio is taken side by side in one run."""

import os

# before numpy is first imported: a worker of the service has one thread for its matrices, too
os.environ["OPENBLAS_NUM_THREADS"] = "1"
