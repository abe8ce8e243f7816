"""`sealdrop inspect`: what a sealed file is and what its bytes are for. It takes no key and needs none."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from sealdrop.cli import console
from sealdrop.cli.options import Json
from sealdrop.errors import MalformedSeal, Misconfigured
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import SEED_BYTES, Plan
from sealdrop_core.sealed import MAX_HEADER_BYTES, Header


def inspect(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A sealed input, result or keys file.")
    ],
    manifest: Annotated[
        Path | None,
        typer.Option(
            metavar="JSON", exists=True, dir_okay=False, help="The model's card, from `sealdrop describe --json`."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what a sealed file is: its header and where its bytes go. Exit code 1 if it is not whole."""
    header, first = _header(file)
    length = len(header.render())
    body = file.stat().st_size - length
    complete = body == header.body_bytes
    report: dict[str, object] = {
        "kind": header.kind,
        "header": dict(header.fields),
        "header_bytes": length,
        "body_bytes": body,
        "complete": complete,
        "first_bytes": first.hex(" "),
    }
    if complete and header.kind != "keys" and header.rows:
        report["bytes_per_row"] = round((length + body) / header.rows, 1)
    if complete and manifest:
        report["breakdown"] = _breakdown(header, body, _plan(manifest, header))
    if as_json:
        console.print_json(report)
    else:
        _print(report)
    if not complete:
        raise _refuse_length(body, header.body_bytes)


def _header(file: Path) -> tuple[Header, bytes]:
    """Read a sealed file's header and the first bytes of its body. Raises MalformedSeal, UnsupportedVersion."""
    with file.open("rb") as opened:
        start = opened.read(MAX_HEADER_BYTES + 16)
    try:
        header = Header.parse(start)
    except MalformedSeal as error:
        raise MalformedSeal(
            error.message, code=error.code, remedy="Give a sealed file: what `sealdrop` uploads, fetches or enrols."
        ) from None
    length = len(header.render())
    return header, start[length : length + 16]


def _refuse_length(body: int, wanted: int) -> MalformedSeal:
    what = "incomplete" if body < wanted else "too long"
    return MalformedSeal(
        f"the body is {what}: {body:,} of {wanted:,} bytes",
        code="wrong_length",
        remedy="Fetch or copy the file once more, as a whole.",
    )


def _print(report: dict[str, object]) -> None:
    fields = report.pop("header")
    breakdown = report.pop("breakdown", {})
    for part in (fields, report, breakdown):
        assert isinstance(part, dict)
        if part:
            console.print_card({name.replace("_", " "): value for name, value in part.items()})
            console.out.print()


def _plan(path: Path, header: Header) -> Plan:
    try:
        described = json.loads(path.read_bytes())
        manifest = Manifest.model_validate(described.get("manifest", described))
    except (ValueError, AttributeError, ValidationError):
        raise Misconfigured(
            "this is no manifest", code="malformed_manifest", remedy="Save the output of `sealdrop describe --json`."
        ) from None
    named = header.fields.get("plan")
    plan = next(
        (p for p in manifest.plans if named == p.id or header.fields.get("configuration") == p.key_configuration), None
    )
    if plan is None or header.fields.get("manifest", manifest.digest) != manifest.digest:
        raise Misconfigured("the file was sealed for another model", code="wrong_model", remedy="Give its own card.")
    return plan


def _breakdown(header: Header, body: int, plan: Plan) -> dict[str, object]:
    """Return what the body holds, by the plan; raise MalformedSeal if it has another length."""
    expected = plan.key_bytes
    breakdown: dict[str, object] = {"parameters": plan.parameters.name}
    if header.kind != "keys":
        blocks, layout = plan.blocks(header.rows), plan.layout
        objects = blocks * (layout.inputs if header.kind == "input" else layout.results)
        expected = plan.input_bytes(header.rows) if header.kind == "input" else plan.result_bytes(header.rows)
        breakdown |= {"packing": layout.packing, "blocks": blocks, "ciphertexts": objects}
        if header.kind == "input":
            breakdown["seed_bytes"] = objects * SEED_BYTES
            breakdown["residue_bytes"] = expected - objects * SEED_BYTES
        else:
            breakdown["kept_bits_per_residue"] = list(plan.kept_bits)
    if body != expected:
        raise MalformedSeal(f"the body has {body} bytes and the plan asks for {expected}", code="wrong_length")
    return {**breakdown, "length": "exactly what the plan asks for"}
