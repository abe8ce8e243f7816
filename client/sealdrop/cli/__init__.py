"""The command line; `sealdrop --help` lists its commands, each in the module of its name.

Exit codes: 0 done; 1 refused or failed, with `error:` and `hint:` on standard error; 2 wrong usage; 130 interrupted.
Every command has `--json`: one JSON document on standard output, or, when it fails, on standard error.
"""

from sealdrop.cli.app import app


def main() -> None:
    """Run the command line."""
    app()


__all__ = ["app", "main"]
