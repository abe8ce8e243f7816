"""`sealdrop publish`: a trained model becomes one that answers sealed rows."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sealdrop.cli import console
from sealdrop.cli.agreement import agreement
from sealdrop.cli.extras import aws_errors, needs
from sealdrop.cli.options import Bucket, ColumnMatching, Json, ProfileName, TableName
from sealdrop.cli.store import open_store
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
    columns: ColumnMatching = "name",
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="COLUMN=LOW:HIGH", help="A column's range; LOW:HIGH for every column's."),
    ] = None,
    allow_unknown: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column whose unknown categories the encoder may ignore."),
    ] = None,
    sep: Annotated[str, typer.Option(help="What separates the cells of a CSV file.")] = ",",
    decimal: Annotated[str, typer.Option(help="The decimal mark of numbers in a CSV file.")] = ".",
    na_values: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="A further word for a missing value.")
    ] = None,
    keep_default_na: Annotated[bool, typer.Option(help="Whether pandas' own words for a missing value count.")] = True,
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
            calibration,
            name=name,
            store=None if dry_run else open_store(bucket, table_name, profile),
            error=error,
            rows=_sizes(rows),
            labels=labels.split(",") if labels else None,
            response=response,
            description=description,
            min_agreement=min_agreement,
            exact=exact,
            columns=columns,
            ranges=_ranges(ranges or []),
            allow_unknown=allow_unknown or [],
            drop=drop or [],
            sep=sep,
            decimal=decimal,
            na_values=na_values or [],
            keep_default_na=keep_default_na,
            dry_run=dry_run,
            progress=step,
        )
    _report(manifest, dry_run, as_json)


def _sizes(text: str) -> tuple[int, ...]:
    sizes = text.replace(" ", "").split(",")
    if not all(size.isascii() and size.isdigit() and int(size) > 0 for size in sizes):
        raise typer.BadParameter("request sizes are positive numbers with commas between", param_hint="--rows")
    return tuple(map(int, sizes))


def _ranges(texts: list[str]) -> dict[str, tuple[float, float]] | tuple[float, float] | None:
    """Return ranges by column, or the one range of all columns; a column's name may hold `=`, and a range may not."""
    ranges: dict[str, tuple[float, float]] = {}
    for text in texts:
        column, _, ends = text.rpartition("=")
        low, _, high = ends.partition(":")
        try:
            ranges[column] = float(low), float(high)
        except ValueError:
            raise typer.BadParameter("a range is COLUMN=LOW:HIGH, or LOW:HIGH", param_hint="--range") from None
    if "" in ranges and len(ranges) > 1:
        raise typer.BadParameter("give one range for all columns, or one for each", param_hint="--range")
    return ranges.get("", ranges or None)


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
