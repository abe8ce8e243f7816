"""`make sam-local`: the walk in containers, told line by line."""

import sys
import tempfile
from pathlib import Path

from tests.sam.machine import missing
from tests.sam.walk import walk

if lacking := missing():
    sys.exit(f"error: {lacking}")
with tempfile.TemporaryDirectory(prefix="sealdrop-") as folder:
    for line in walk(Path(folder)):
        print(line, flush=True)
