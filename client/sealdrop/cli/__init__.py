"""The command line; `sealdrop --help` lists its commands, each in the module of its name.

Exit codes: 0 done; 1 refused or failed, with `error:` and `hint:` on standard error; 2 wrong usage; 130 interrupted.
Every command has `--json`: one JSON document on standard output, or, when it fails, on standard error. What finds
something to be wrong, as `inspect` and `conformance` do, prints its report all the same.
"""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback, also while its modules are still being loaded."""
    try:
        from sealdrop.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)


__all__ = ["main"]
