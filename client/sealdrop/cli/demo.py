"""`sealdrop demo`: the whole service on this machine, in half a minute."""

import typer

from sealdrop.cli import console
from sealdrop.cli.extras import needs
from sealdrop.cli.options import Json


def demo(as_json: Json = False) -> None:
    """Train, publish and predict on sealed data through the service, all on this machine.

    Ends with exit code 1 unless every label agrees with the plaintext model and every logit is within 1e-3.
    """
    with needs("bench"):
        from sealdrop.demo import walk
        from sealdrop.demo.report import show

        walks = walk(console.note)
    if as_json:
        console.print_json({"walks": [one.as_dict() for one in walks]})
    else:
        show(walks, console.out)
    if not all(one.passed for one in walks):
        raise typer.Exit(1)
