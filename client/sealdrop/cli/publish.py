"""`sealdrop publish`: a trained model becomes one that answers sealed rows."""

import importlib.util
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sealdrop.cli import console, table
from sealdrop.cli.agreement import agreement
from sealdrop.cli.extras import aws_errors, needs
from sealdrop.cli.options import Bucket, Json, ProfileName, TableName
from sealdrop.cli.store import open_store
from sealdrop.errors import RefusedInput
from sealdrop_core.manifest import Manifest


def publish(
    model: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A .joblib or .onnx file.")
    ],
    calibration: Annotated[
        Path,
        typer.Option(
            "--calibrate", "-c", metavar="CSV|NPY|NPZ", exists=True, dir_okay=False, help="Rows to calibrate on."
        ),
    ],
    name: Annotated[str, typer.Option("--name", "-n", help="The name to publish under.")],
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="COLUMN", help="A column that is no feature.")
    ] = None,
    error: Annotated[
        float | None, typer.Option(help="Largest error of a score.", show_default="fits the scores")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="A,B,…", help="Names of the classes, in the order of classes_.")
    ] = None,
    rows: Annotated[str, typer.Option(metavar="N,M,…", help="Request sizes to plan for.")] = "1,1000,1000000",
    response: Annotated[
        Literal["private", "open"], typer.Option(help="Whether responses hide the weights.")
    ] = "private",
    description: Annotated[str, typer.Option(help="A sentence for the model's card.")] = "",
    min_agreement: Annotated[float | None, typer.Option(min=0, max=1, help="Refuse below this agreement.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Integer weights and columns, exact scores (BFV).")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compile and measure, but store nothing.")] = False,
    bucket: Bucket = None,
    table_name: TableName = None,
    profile: ProfileName = None,
    as_json: Json = False,
) -> None:
    """Publish a trained model. Reading a .joblib file runs the code in it: publish only files you made."""
    with needs("publish"), aws_errors(), console.warnings_shown(), console.steps() as step:
        from sealdrop.publish import publish as publish_model

        manifest = publish_model(
            model,
            _rows(calibration, drop or []),
            name=name,
            store=None if dry_run else open_store(bucket, table_name, profile),
            error=error,
            rows=_sizes(rows),
            labels=labels.split(",") if labels else None,
            response=response,
            description=description,
            min_agreement=min_agreement,
            exact=exact,
            dry_run=dry_run,
            progress=step,
        )
    _report(manifest, dry_run, as_json)


def _sizes(text: str) -> tuple[int, ...]:
    sizes = text.replace(" ", "").split(",")
    if not all(size.isascii() and size.isdigit() and int(size) > 0 for size in sizes):
        raise typer.BadParameter("request sizes are positive numbers with commas between", param_hint="--rows")
    return tuple(map(int, sizes))


def _rows(path: Path, drop: list[str]) -> Any:
    """Return the calibration rows: with pandas if it is there, as a pipeline that picks columns by name needs it."""
    if path.suffix in (".npy", ".npz"):
        return table.read_array(path)
    if importlib.util.find_spec("pandas") is None:
        return _numbers(path, drop)
    import pandas

    try:
        rows = pandas.read_csv(path)
    except ValueError as error:
        raise RefusedInput(
            f"{path.name} is no CSV file in UTF-8: {error}",
            code="not_numeric",
            remedy="Give a CSV file with a header row, or an array saved by numpy.save or numpy.savez.",
        ) from None
    table.check_drop(drop, list(rows.columns))
    return rows.drop(columns=drop)


def _numbers(path: Path, drop: list[str]) -> Any:
    try:
        return table.read_all(path, drop)
    except table.NotANumber as refusal:
        remedy = "Text and empty cells are read with pandas: pip install 'sealdrop[sklearn]'."
        raise RefusedInput(refusal.message, code=refusal.code, remedy=remedy) from None


def _report(manifest: Manifest, dry_run: bool, as_json: bool) -> None:
    if as_json:
        card = {"digest": manifest.digest, "stored": not dry_run, "manifest": manifest.model_dump(mode="json")}
        console.print_json(card)
        return
    console.print_card(
        {
            "compiled" if dry_run else "published": manifest.name if dry_run else manifest.reference,
            "digest": manifest.digest,
            "plans": ", ".join(plan.id for plan in manifest.plans),
            **agreement(manifest),
        }
    )
