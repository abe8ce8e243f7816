"""`sealdrop predict`: rows in a CSV file, predictions in another; the rows leave this machine sealed or not at all."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sealdrop.cli import answers, console, profiles, table
from sealdrop.cli.options import Json, Output, Proba, ProfileName, Token, Url
from sealdrop.prediction import require


def predict(
    rows: Annotated[Path, typer.Argument(metavar="CSV", exists=True, dir_okay=False, help="Rows, with a header.")],
    model: Annotated[str, typer.Option("--model", "-m", help="A model's name, or name@version.")],
    output: Output = None,
    id_column: Annotated[str | None, typer.Option("--id", help="A column to keep beside the predictions.")] = None,
    proba: Proba = False,
    out_of_range: Annotated[
        Literal["refuse", "warn", "clip"], typer.Option(help="What to do with rows outside the calibrated range.")
    ] = "refuse",
    wait: Annotated[bool, typer.Option(help="Wait for the result; else fetch it with `sealdrop collect`.")] = True,
    profile: ProfileName = None,
    url: Url = None,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Predict the rows of a CSV file on sealed data."""
    with profiles.choose(profile, url, token).client(out_of_range) as client, console.warnings_shown():
        chosen = client.model(model)
        if proba:
            require(chosen.manifest.output, "predict_proba")
        read = table.read(rows, chosen.manifest, id_column)
        if read.ignored:
            console.note(f"not used: {', '.join(name or 'a column without a name' for name in read.ignored)}")
        with console.bar(chosen.manifest.reference) as update:
            if not wait:
                _submitted(chosen.submit(read.X, progress=update).id, as_json)
                return
            prediction = chosen.evaluate(read.X, progress=update)
    kept: answers.Columns = {id_column: read.ids} if id_column else {}
    answer = kept | answers.columns(prediction, proba=proba)
    answers.deliver(prediction, answer, output, as_json=as_json, model=chosen.manifest.reference)


def _submitted(job: str, as_json: bool) -> None:
    if as_json:
        console.print_json({"job": job})
        return
    console.out.print(job)
    console.note(f"fetch the result with: sealdrop collect {job} -o predictions.csv")
