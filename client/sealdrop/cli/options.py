"""Options that several commands share."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def _remember(context: typer.Context, value: bool) -> bool:
    """Let an error know, too, that JSON is wanted."""
    if context.obj is not None:
        context.obj["json"] = value
    return value


def _found(path: Path) -> Path:
    """Refuse a file that is not there to be read; `-` is standard input."""
    if path == Path("-"):
        if sys.stdin is None:
            raise typer.BadParameter("standard input is closed")
    elif not os.access(path, os.R_OK):
        raise typer.BadParameter(f"there is no file '{path}' to read")
    return path


def _placed(path: Path | None) -> Path | None:
    """Return where predictions go, None for standard output; refuse what can be no file's place."""
    if path is None or path == Path("-"):
        return None
    if _is_folder(path):
        raise typer.BadParameter(f"'{path}' is a folder")
    if not _is_folder(path.parent):
        raise typer.BadParameter(f"there is no folder '{path.parent}' to write to")
    return path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, before Python 3.14
        return False


ColumnMatching = Annotated[
    Literal["name", "position"],
    typer.Option("--columns", help="Whether columns are matched by name, or taken by position."),
]
Json = Annotated[bool, typer.Option("--json", callback=_remember, help="Print one JSON document for machines.")]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        envvar="SEALDROP_PROFILE",
        help="Profile to use; 'default', else 'local', if not given.",
    ),
]
Url = Annotated[
    str | None, typer.Option("--url", metavar="URL", envvar="SEALDROP_URL", help="Address of the deployment's API.")
]
Token = Annotated[
    str | None,
    typer.Option("--token", metavar="TOKEN", envvar="SEALDROP_TOKEN", help="Bearer token; better in the environment."),
]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="A model's name, or name@version.")]
Bucket = Annotated[
    str | None, typer.Option("--bucket", metavar="NAME", help="The deployment's bucket; the profile's if not given.")
]
TableName = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="The deployment's table; the profile's if not given.")
]
Rows = Annotated[
    Path,
    typer.Argument(metavar="CSV", dir_okay=False, callback=_found, help="Rows, with a header; standard input if -."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="CSV",
        callback=_placed,
        help="Where predictions go; standard output if not given, or if -.",
    ),
]
Proba = Annotated[bool, typer.Option("--proba", help="Add the probability of each class.")]
