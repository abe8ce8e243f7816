"""Why a copied worker is no danger: the randomness of private responses is drawn afresh, not kept in memory."""

import json
import subprocess
import sys


def test_copies_of_a_worker_answer_with_different_randomness():
    told = subprocess.run([sys.executable, "-m", "tests.aws.copies"], capture_output=True, text=True, check=True)
    kept, masked = json.loads(told.stdout)
    assert kept < 0.1
    assert masked < 0.01
