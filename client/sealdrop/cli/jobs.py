"""`sealdrop jobs`: what you submitted, and how to take it back."""

from typing import Annotated

import typer

from sealdrop.cli import console, profiles
from sealdrop.cli.options import Json, ProfileName, Token, Url
from sealdrop.transport.resources import JobRecord


def jobs(
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, max=10_000, help="How many, newest first.")
    ] = 20,
    delete: Annotated[
        list[str] | None,
        typer.Option("--delete", metavar="JOB", help="Delete this job, its rows and its result; may be repeated."),
    ] = None,
    profile: ProfileName = None,
    url: Url = None,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """List your jobs, or delete some."""
    with profiles.choose(profile, url, token).client() as client:
        if delete:
            for job in delete:
                client.delete(job)
            _show_deleted(delete, as_json)
            return
        found = [job.record for job in client.jobs(limit)]
    if as_json:
        console.print_json({"jobs": [record.model_dump(mode="json") for record in found]})
    else:
        _show(found)


def _show_deleted(deleted: list[str], as_json: bool) -> None:
    if as_json:
        console.print_json({"deleted": deleted})
        return
    for job in deleted:
        console.print_card({"deleted": job})


def _show(found: list[JobRecord]) -> None:
    console.print_table(
        ("job", "state", "model", "rows", "parts", "created", "error"),
        [
            (
                record.id,
                record.state.value,
                record.model,
                record.rows,
                f"{record.succeeded}/{record.parts}",
                record.created,
                record.error.code if record.error else "",
            )
            for record in found
        ],
    )
