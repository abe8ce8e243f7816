"""`sealdrop retire`: a version that takes no more jobs."""

from typing import Annotated

import typer

from sealdrop.cli import console
from sealdrop.cli.extras import aws_errors, needs
from sealdrop.cli.options import Bucket, Json, ProfileName, TableName
from sealdrop.cli.store import open_store


def retire(
    model: Annotated[str, typer.Argument(metavar="MODEL@VERSION", help="A published version, like churn@1.")],
    bucket: Bucket = None,
    table_name: TableName = None,
    profile: ProfileName = None,
    as_json: Json = False,
) -> None:
    """Retire a version: nobody can start a job with it any more; jobs it has are still answered."""
    with needs("publish"), aws_errors():
        open_store(bucket, table_name, profile).retire(model)
    if as_json:
        console.print_json({"retired": model})
    else:
        console.print_card({"retired": model})
