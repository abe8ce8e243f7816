"""`sealdrop collect`: the result of a job submitted earlier from this machine."""

from typing import Annotated

import typer

from sealdrop.cli import answers, console, profiles
from sealdrop.cli.destination import opened
from sealdrop.cli.options import Json, Output, Proba, ProfileName, Token, Url
from sealdrop.request.interruption import collectable


def collect(
    job: Annotated[str, typer.Argument(metavar="JOB", help="The id that `sealdrop predict --no-wait` printed.")],
    output: Output = None,
    proba: Proba = False,
    timeout: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Seconds to wait for the job; for ever by default.")
    ] = None,
    profile: ProfileName = None,
    url: Url = None,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Fetch and open the result of a job, in the order its rows were submitted."""
    with profiles.choose(profile, url, token).client() as client, opened(output) as place:
        submitted = client.job(job)
        reference = submitted.record.model
        with console.bar(reference) as update, collectable(job):
            prediction = submitted.result(timeout, progress=update)
            answer = answers.columns(prediction, proba=proba)
            answers.deliver(prediction, answer, place, as_json=as_json, model=reference)
        answers.report(prediction, place, as_json=as_json, model=reference)
