"""`sealdrop describe`: a model's public card."""

from sealdrop.cli import console, profiles
from sealdrop.cli.options import Json, ModelName, ProfileName, Token, Url
from sealdrop.prediction import OFFERED, offers
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan


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
        ("plan", "rows a block", "up", "down", "keys", "server ms", "response"),
        [_line(plan) for plan in manifest.plans],
    )
    console.out.print()
    console.print_table(
        ("feature", "low", "high"),
        [(feature.name, f"{feature.low:.6g}", f"{feature.high:.6g}") for feature in manifest.features],
    )


def _card(manifest: Manifest) -> dict[str, object]:
    output, measured = manifest.output, manifest.agreement
    card: dict[str, object] = {
        "model": manifest.reference,
        "description": manifest.description or "-",
        "digest": manifest.digest,
        "source": manifest.source,
        "output": output.kind,
        "classes": ", ".join(map(str, output.classes)) or "-",
        "methods": ", ".join(name for name in OFFERED if offers(output, name)),
    }
    if measured:
        card["agreement"] = f"{measured.score:.2%} of {measured.rows} rows, largest error {measured.largest_error:.2g}"
    return card


def _line(plan: Plan) -> tuple[object, ...]:
    response = "open"
    if plan.response.private:
        response = f"private, {plan.response.flooding_bits or 0:.0f} bits of flooding"
    quote = plan.quote
    return (
        plan.id,
        plan.layout.rows_per_block,
        console.size(quote.bytes_up),
        console.size(quote.bytes_down),
        console.size(quote.bytes_keys),
        f"{quote.milliseconds:.2f}",
        response,
    )
