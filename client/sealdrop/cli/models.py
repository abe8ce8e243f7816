"""`sealdrop models`: what a deployment offers."""

from sealdrop.cli import console, profiles
from sealdrop.cli.options import Json, ProfileName, Token, Url


def models(profile: ProfileName = None, url: Url = None, token: Token = None, as_json: Json = False) -> None:
    """List the models of a deployment."""
    with profiles.choose(profile, url, token).client() as client:
        found = client.models()
    if as_json:
        console.print_json({"models": [model.model_dump() for model in found]})
        return
    console.print_table(
        ("model", "state", "digest", "description"),
        [
            (model.reference, "retired" if model.retired else "offered", model.digest[:16], model.description)
            for model in found
        ],
    )
