"""`sealdrop conformance`: does a deployment keep the contract?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sealdrop.cli import console, profiles
from sealdrop.cli.extras import needs
from sealdrop.cli.options import Json, ProfileName, Token

if TYPE_CHECKING:
    from sealdrop.conformance import Outcome


def conformance(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="The API's address; the profile's if not given.")
    ] = None,
    token: Token = None,
    other_token: Annotated[
        str | None,
        typer.Option("--other-token", envvar="SEALDROP_OTHER_TOKEN", help="Bearer token of a second tenant."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Only this model, name or name@version.")] = None,
    chapter: Annotated[list[str] | None, typer.Option("--chapter", help="Only this chapter; may be repeated.")] = None,
    patience: Annotated[float, typer.Option(help="Seconds a job may take.")] = 60.0,
    profile: ProfileName = None,
    as_json: Json = False,
) -> None:
    """Hold the whole protocol against a deployment, sentence by sentence. Exit code 1 if one does not hold."""
    with needs("conformance"):
        from sealdrop.conformance import CHAPTERS, Suite
    chosen = profiles.choose(profile, url, token)
    checks = [check for one in CHAPTERS if not chapter or one.name in chapter for check in one]
    with Suite(chosen.url, chosen.credentials(), other_token, model=model, patience=patience) as suite:
        outcomes = []
        for check in checks:
            outcome = check.run(suite)
            outcomes.append(outcome)
            if not as_json:
                _show(outcome)
    _sum_up(outcomes, as_json)
    if any(outcome.verdict == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _show(outcome: "Outcome") -> None:
    console.out.print(f"{outcome.verdict:8}{outcome.chapter:14}{outcome.sentence}")
    if outcome.detail:
        console.out.print(f"{'':22}{console.printable(outcome.detail)}")


def _sum_up(outcomes: "Sequence[Outcome]", as_json: bool) -> None:
    counts: Counter[str] = Counter(outcome.verdict for outcome in outcomes)
    if as_json:
        console.print_json({"counts": dict(counts), "checks": [asdict(outcome) for outcome in outcomes]})
    else:
        console.note(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
