"""Run the benchmarks: `python -m benchmarks [SUBJECT ...]`. Exit code 1 when a bar is missed."""

import importlib
import sys
from pathlib import Path

from benchmarks.report import show

SUBJECTS = ("planning", "single_row", "batch", "networks", "workers", "cold_start", "functions", "large_jobs")
NIGHTLY = ("bounds",)  # run only when named: it takes half an hour


def main(names: list[str]) -> int:
    """Run the named subjects, or all."""
    unknown = set(names) - set(SUBJECTS) - set(NIGHTLY)
    if unknown:
        sys.stderr.write(
            f"error: no benchmark named {', '.join(sorted(unknown))}\nhint: one of {', '.join(SUBJECTS + NIGHTLY)}\n"
        )
        return 2
    met = [show(name, importlib.import_module(f"benchmarks.{name}").run()) for name in names or SUBJECTS]
    sys.stdout.write(f"raw figures: {Path(__file__).parent.name}/results\n")
    return 0 if all(met) else 1


sys.exit(main(sys.argv[1:]))
