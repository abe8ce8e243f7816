"""Property tests draw the same examples in every CI run: what they find is a change's own. Elsewhere they explore."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
