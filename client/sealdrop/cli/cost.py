"""`sealdrop cost`: what a model's answers cost on AWS, before anything is deployed or asked."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from sealdrop.cli import console, profiles
from sealdrop.cli.options import Json, ModelName, ProfileName, Token, Url
from sealdrop.cost import Bill, PriceTable, Resource, Sizing, bill, job, standing
from sealdrop_core.plan import Plan

HOURS_PER_MONTH = 730


def cost(
    model: ModelName,
    rows: Annotated[int, typer.Option(min=1, max=1_000_000_000, help="Rows of one job.")] = 1,
    architecture: Annotated[Literal["arm64", "x86_64"], typer.Option(help="The functions' processor.")] = "x86_64",
    memory: Annotated[int, typer.Option(min=128, max=10_240, help="MB of the evaluating function.")] = 1769,
    prices: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Another price table, as JSON.")
    ] = None,
    profile: ProfileName = None,
    url: Url = None,
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Show what a job costs on AWS, and what a deployment costs that nobody asks."""
    with profiles.choose(profile, url, token).client() as client:
        plan = client.model(model).manifest.plan_for(rows)
    table = PriceTable.read(prices)
    sizing = Sizing(architecture=architecture, memory=memory)
    costs = bill(job(plan, rows, sizing), table)
    idle = bill(standing(), table).usd
    always_on = table.usd(Resource.SAGEMAKER) * HOURS_PER_MONTH
    as_many = int((always_on - idle) / costs.usd)
    if as_json:
        console.print_json(_document(costs, plan, rows, table) | {"idle_month": idle, "always_on_month": always_on})
        return
    _show(costs, rows)
    console.out.print()
    console.print_card(
        {
            "plan": plan.id,
            "this job": f"$ {costs.usd:.4g}",
            "a million rows": f"$ {costs.usd * 1e6 / rows:.4g} in jobs of {rows}",
            "a month without jobs": f"$ {idle:.2f}",
            "an ml.m5.xlarge, always on": f"$ {always_on:.2f} a month, as much as {as_many:,} such jobs",
            "prices": f"{table.region}, {table.taken}",
        }
    )


def _document(costs: Bill, plan: Plan, rows: int, table: PriceTable) -> dict[str, object]:
    lines = {line.resource.value: {"quantity": line.quantity, "usd": line.usd} for line in costs.lines}
    return {
        "plan": plan.id,
        "rows": rows,
        "usd": costs.usd,
        "usd_per_million_rows": costs.usd * 1e6 / rows,
        "lines": lines,
        "region": table.region,
        "prices_taken": table.taken.isoformat(),
    }


def _show(costs: Bill, rows: int) -> None:
    console.print_table(
        ("resource", "quantity", "$ this job", "$ a million rows"),
        [
            (line.resource.label, f"{line.quantity:.4g}", f"{line.usd:.3g}", f"{line.usd * 1e6 / rows:.3g}")
            for line in costs.lines
        ],
    )
