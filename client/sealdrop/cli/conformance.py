"""`sealdrop conformance`: does a deployment keep the contract?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sealdrop.cli import console, profiles
from sealdrop.cli.extras import needs
from sealdrop.cli.options import Json, ProfileName, Token
from sealdrop.errors import ClientError

if TYPE_CHECKING:
    from sealdrop.conformance import Check, Outcome, Suite


def conformance(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The API's address; the profile's if not given.")
    ] = None,
    token: Token = None,
    other_token: Annotated[
        str | None,
        typer.Option(
            "--other-token", metavar="TOKEN", envvar="SEALDROP_OTHER_TOKEN", help="Bearer token of a second tenant."
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="MODEL", help="Only this model, name or name@version.")
    ] = None,
    chapter: Annotated[
        list[str] | None, typer.Option("--chapter", metavar="CHAPTER", help="Only this chapter; may be repeated.")
    ] = None,
    patience: Annotated[float, typer.Option(metavar="SECONDS", help="Seconds a job may take.")] = 60.0,
    profile: ProfileName = None,
    as_json: Json = False,
) -> None:
    """Hold the whole protocol against a deployment, sentence by sentence. Exit code 1 if one does not hold."""
    with needs("conformance"):
        from sealdrop.conformance import Suite
    checks = _checks(chapter or [])
    chosen = profiles.choose(profile, url, token)
    with Suite(chosen.url, chosen.credentials(), other_token, model=model, patience=patience) as suite:
        if model:
            _require_model(suite, model)
        outcomes = []
        for check in checks:
            outcome = check.run(suite)
            outcomes.append(outcome)
            if not as_json:
                _show(outcome)
    _sum_up(outcomes, as_json)
    _judge(outcomes)


def _checks(wanted: Sequence[str]) -> "list[Check]":
    """Return the checks of the wanted chapters, or of all. Raises BadParameter if there is no such chapter."""
    from sealdrop.conformance import CHAPTERS

    names = [chapter.name for chapter in CHAPTERS]
    if unknown := set(wanted) - set(names):
        raise typer.BadParameter(
            f"there is no chapter '{min(unknown)}'; there are {', '.join(names)}", param_hint="--chapter"
        )
    return [check for chapter in CHAPTERS if not wanted or chapter.name in wanted for check in chapter]


def _require_model(suite: "Suite", model: str) -> None:
    """Raise ClientError (`model_not_found`) if the deployment does not offer the model."""
    from sealdrop.conformance import NotApplicable

    try:
        _ = suite.manifests
    except NotApplicable:
        raise ClientError(
            f"the deployment offers no model '{model}'",
            code="model_not_found",
            remedy="Name one that `sealdrop models` lists as offered.",
        ) from None


def _judge(outcomes: "Sequence[Outcome]") -> None:
    """Exit with 1 if a sentence does not hold; raise ClientError (`nothing_checked`) if none could be checked."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if "failed" in verdicts:
        raise typer.Exit(1)
    if "passed" not in verdicts:
        reasons = "; ".join(sorted({outcome.detail for outcome in outcomes}))
        raise ClientError(
            f"nothing was checked: {reasons}",
            code="nothing_checked",
            remedy="Publish a model, pass --other-token, or choose other chapters.",
        )


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
