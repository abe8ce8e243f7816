"""All commands under one roof, and the one place where an error becomes words and an exit code."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from sealdrop import __version__
from sealdrop.cli import console
from sealdrop.cli.collect import collect
from sealdrop.cli.configure import configure
from sealdrop.cli.conformance import conformance
from sealdrop.cli.cost import cost
from sealdrop.cli.demo import demo
from sealdrop.cli.describe import describe
from sealdrop.cli.inspect import inspect
from sealdrop.cli.jobs import jobs
from sealdrop.cli.keys import keys
from sealdrop.cli.local import local
from sealdrop.cli.models import models
from sealdrop.cli.predict import predict
from sealdrop.cli.publish import publish
from sealdrop.cli.retire import retire
from sealdrop.errors import ClientError
from sealdrop_core.errors import SealdropError


class Commands(typer.core.TyperGroup):
    """The commands, in the order they are registered; a refusal ends with exit code 1, never with a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands' names in the order a newcomer meets them."""
        return list(self.commands)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the arguments, which may already print the version."""
        with _refusals_told():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; say what was refused and what to do about it."""
        with _refusals_told(ctx):
            return super().invoke(ctx)


# up to ClickException, which is click's or a copy that typer has of it: typer tells these itself
_TYPERS = (typer.Exit, typer.Abort, *typer.BadParameter.__mro__[:3])


@contextmanager
def _refusals_told(ctx: Any = None) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:  # the reader has all it wanted
        _tell_notes(error)
    except KeyboardInterrupt as interruption:
        _tell_notes(interruption)
        raise
    except Exception as error:
        if isinstance(error, _TYPERS):
            raise
        console.complain(_refusal(error), as_json=bool(ctx and ctx.obj and ctx.obj.get("json")))
        _tell_notes(error)
        raise typer.Exit(1) from error


def _tell_notes(error: BaseException) -> None:
    for note in getattr(error, "__notes__", ()):  # what becomes of the job
        console.note(note)


def _refusal(error: Exception) -> SealdropError:
    """Return the error as a refusal: what the system says of a file, or of anything else the place where it arose.

    The text of an error that nobody expected may hold the data, so it is not repeated.
    """
    if isinstance(error, SealdropError):
        return error
    if isinstance(error, OSError) and error.strerror:
        place = f"'{error.filename}': " if error.filename else ""
        return ClientError(
            f"{place}{error.strerror}", code="system_error", remedy="Make the file or folder usable, or name another."
        )
    *_, innermost = traceback.extract_tb(error.__traceback__)
    place = f"{Path(innermost.filename).name}, line {innermost.lineno}"
    return ClientError(
        f"an error that was not foreseen: {type(error).__name__} in {place}",
        code="internal_error",
        remedy="Report it to the authors of sealdrop.",
    )


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        console.out.print(f"sealdrop {__version__}")
        raise typer.Exit


@app.callback()
def sealdrop(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Machine-learning inference on data the server never sees."""
    context.obj = {}


for command in (
    demo,
    local,
    configure,
    publish,
    retire,
    models,
    describe,
    cost,
    predict,
    collect,
    jobs,
    inspect,
    keys,
    conformance,
):
    app.command()(command)
