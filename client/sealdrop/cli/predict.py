"""`sealdrop predict`: rows in a CSV file, predictions in another; the rows leave this machine sealed or not at all."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sealdrop.cli import answers, console, profiles
from sealdrop.cli.destination import opened
from sealdrop.cli.options import ColumnMatching, Json, Output, Proba, ProfileName, Rows, Token, Url
from sealdrop.cli.rows import read_rows
from sealdrop.prediction import require
from sealdrop.request.interruption import collectable


def predict(
    rows: Rows,
    model: Annotated[str, typer.Option("--model", "-m", metavar="MODEL", help="A model's name, or name@version.")],
    output: Output = None,
    id_column: Annotated[
        str | None, typer.Option("--id", metavar="COLUMN", help="A column to keep beside the predictions.")
    ] = None,
    proba: Proba = False,
    out_of_range: Annotated[
        Literal["refuse", "warn", "clip", "report"],
        typer.Option(help="What to do with rows out of range; `report` answers the others."),
    ] = "refuse",
    columns: ColumnMatching = "name",
    sep: Annotated[
        str | None, typer.Option(help="What separates the file's cells.", show_default="as the model's files")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(help="The decimal mark of its numbers.", show_default="as the model's files")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait for the result; else fetch it with `sealdrop collect`.")] = True,
    profile: ProfileName = None,
    url: Url = None,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Predict the rows of a CSV file on sealed data."""
    if not wait:
        _check_collectable(output, id_column, proba)
    with profiles.choose(profile, url, token).client(out_of_range) as client, console.warnings_shown():
        chosen = client.model(model)
        if proba:
            require(chosen.manifest.output, "predict_proba")
        table = read_rows(rows, chosen.manifest, id_column=id_column, columns=columns, sep=sep, decimal=decimal)
        if table.unused:
            console.note(f"columns of the file that are not used: {table.unused}")
        with opened(output) as place, table.naming_lines():
            reference = chosen.manifest.reference
            with console.bar(reference) as update:
                if not wait:
                    _submitted(chosen.submit(table.frame, progress=update).id, as_json)
                    return
                with chosen.delivering(table.frame, progress=update) as prediction:
                    kept: answers.Columns = {id_column: table.ids} if id_column else {}
                    answer = kept | answers.columns(prediction, proba=proba)
                    answers.deliver(prediction, answer, place, as_json=as_json, model=reference)
            answers.report(prediction, place, as_json=as_json, model=reference)


def _check_collectable(output: Path | None, id_column: str | None, proba: bool) -> None:
    """Refuse options that ask for more than a job's id where nothing else is printed."""
    given = {"-o": output, "--id": id_column, "--proba": proba}
    if unused := [option for option, value in given.items() if value]:
        raise typer.BadParameter(
            "nothing is predicted yet; `sealdrop collect JOB` takes -o and --proba, only a job waited for takes --id",
            param_hint=f"--no-wait with {', '.join(unused)}",
        )


def _submitted(job: str, as_json: bool) -> None:
    with collectable(job):
        if as_json:
            console.print_json({"job": job})
            return
        console.out.print(job)
    console.note(f"fetch the result with: sealdrop collect {job} -o predictions.csv")
