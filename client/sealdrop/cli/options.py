"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import typer


def _remember(context: typer.Context, value: bool) -> bool:
    """Let an error know, too, that JSON is wanted."""
    if context.obj is not None:
        context.obj["json"] = value
    return value


def _placed(path: Path | None) -> Path | None:
    """Refuse a file that could not be written, before anything is computed for it."""
    if path and path.is_dir():
        raise typer.BadParameter(f"'{path}' is a folder")
    if path and not os.access(path.parent, os.W_OK):
        raise typer.BadParameter(f"there is no folder '{path.parent}' to write to")
    return path


Json = Annotated[bool, typer.Option("--json", callback=_remember, help="Print one JSON document for machines.")]
ProfileName = Annotated[
    str | None,
    typer.Option("--profile", envvar="SEALDROP_PROFILE", help="Profile to use; 'default', else 'local', if not given."),
]
Url = Annotated[str | None, typer.Option("--url", envvar="SEALDROP_URL", help="Address of the deployment's API.")]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="SEALDROP_TOKEN", show_envvar=True, help="Bearer token; better in the environment."),
]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="A model's name, or name@version.")]
Bucket = Annotated[str | None, typer.Option("--bucket", help="The deployment's bucket; the profile's if not given.")]
TableName = Annotated[str | None, typer.Option("--table", help="The deployment's table; the profile's if not given.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="CSV", callback=_placed, help="Where predictions go; standard output if not given."
    ),
]
Proba = Annotated[bool, typer.Option("--proba", help="Add the probability of each class.")]
