"""`sealdrop describe`: a model's public card."""

from sealdrop.cli import console, profiles
from sealdrop.cli.agreement import agreement
from sealdrop.cli.options import Json, ModelName, ProfileName, Token, Url
from sealdrop.cost import PriceTable, Sizing, bill, job
from sealdrop.prediction import OFFERED, offers
from sealdrop.preprocessing.uses import Use, uses
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.manifest import Feature, Manifest
from sealdrop_core.plan import Plan

_AFTER = {
    "binary": ("logistic function", "largest"),
    "multinomial": ("softmax", "largest"),
    "ovr": ("logistic function", "largest"),
    "classes": ("largest",),
    "margin": ("sign",),
    "pairs": ("votes",),
    "multilabel": ("sign",),
}


def describe(
    model: ModelName, profile: ProfileName = None, url: Url = None, token: Token = None, as_json: Json = False
) -> None:
    """Show what a model takes and returns, how it is evaluated, and what that costs."""
    with profiles.choose(profile, url, token).client() as client:
        manifest = client.model(model).manifest
    if as_json:
        console.print_json({"digest": manifest.digest, "manifest": manifest.model_dump(mode="json")})
        return
    console.print_card(_card(manifest))
    console.out.print()
    console.print_table(
        ("block", "up", "down", "keys", "server", "adds at most", "1,000 rows"),
        [_line(plan) for plan in manifest.plans],
    )
    console.out.print()
    console.print_table(
        ("block", "response", "plan"),
        [(_block(plan), "private" if plan.response.private else "open", plan.id) for plan in manifest.plans],
    )
    console.out.print()
    used = uses(manifest.steps, len(manifest.features))
    console.print_table(
        ("feature", "takes"),
        [(feature.name, _takes(feature, use)) for feature, use in zip(manifest.features, used, strict=True)],
    )


def _takes(feature: Feature, use: Use) -> str:
    known = ", ".join("nothing" if value is None else str(value) for value in use.categories)
    if feature.is_bounded:
        number = f"a number from {feature.low:.6g} to {feature.high:.6g}"
        return f"{number}, one of {known}" if known else number
    if known:
        return f"one of {known}" + ("; others are ignored" if use.lenient else "")
    return "a number" if feature.kind == "number" else feature.kind if use.fills else "anything"


def _card(manifest: Manifest) -> dict[str, object]:
    output = manifest.output
    card: dict[str, object] = {
        "model": manifest.reference,
        "description": manifest.description or "-",
        "digest": manifest.digest,
        "source": manifest.source,
        "output": output.kind,
        "classes": ", ".join(map(str, output.classes)) or "-",
        "methods": ", ".join(name for name in OFFERED if offers(output, name)),
    }
    if manifest.degrees:
        card["activations"] = "polynomials of degree " + ", ".join(map(str, manifest.degrees))
    card["on the client"] = ", ".join(_on_the_client(manifest))
    card["client learns"] = _learnt(manifest)
    card["rows admitted"] = _admitted(manifest)
    promised = max(plan.quote.error for plan in manifest.plans)
    card["promised"] = f"encryption adds at most {promised:.2g} to a score"
    return card | agreement(manifest)


def _admitted(manifest: Manifest) -> str:
    """Return which rows are taken; a leeway counts half-ranges, and this says whole ones, as a refusal does."""
    if not any(feature.is_bounded for feature in manifest.features):
        return "of the categories and numbers below"
    if not manifest.leeway:
        return "within the ranges below"
    return f"up to {manifest.leeway / 2:.3g} widths out of the ranges below, summed over columns"


def _on_the_client(manifest: Manifest) -> list[str]:
    """Return what happens to a row before it is sealed and to its scores after they are opened."""
    before = [step.step for step in manifest.steps] + ["normalisation"]
    return [
        *before,
        *_AFTER.get(manifest.output.kind, ()),
        *([manifest.output.link] * (manifest.output.link != "identity")),
    ]


def _learnt(manifest: Manifest) -> str:
    """Return what plans and responses show of the model, besides its scores."""
    shown = []
    pairs = {len(plan.layout.monomials) for plan in manifest.plans if isinstance(plan.layout, CoefficientLayout)} - {0}
    if pairs:
        shown.append(f"which {max(pairs)} products of columns the model uses")
    if not all(plan.response.private for plan in manifest.plans):
        shown.append("what open responses show of the weights: of a linear model, all of them")
    return "; ".join(shown) or "the scores, and this card"


def _price(plan: Plan) -> float:
    """Return the dollars of a job of a thousand rows, at list prices."""
    return bill(job(plan, 1000, Sizing()), PriceTable.read(None)).usd


def _block(plan: Plan) -> str:
    rows = plan.layout.rows_per_block
    return f"{rows} row{'s' * (rows > 1)}"


def _line(plan: Plan) -> tuple[object, ...]:
    quote = plan.quote
    return (
        _block(plan),
        console.size(quote.bytes_up),
        console.size(quote.bytes_down),
        console.size(quote.bytes_keys),
        f"{quote.milliseconds:.2f} ms",
        f"{quote.error:.2g}",
        f"$ {_price(plan):.2g}",
    )
