"""The second implementation as a reader of golden files; what it knows of them it reads from contract/vectors/."""

import hashlib
import json
from functools import cache

from tests.contract.second.sealed_file import Format
from tests.contract.vectors.vector import FOLDER


@cache
def manifest(name):
    """Return a manifest as parsed JSON, and its digest."""
    stored = (FOLDER / f"manifests/{name}.json").read_bytes()
    return json.loads(stored), hashlib.sha256(stored).hexdigest()


def form(golden):
    """Return the form of a golden file's plan."""
    plans = manifest(golden.fields["manifest"])[0]["plans"]
    return Format(next(plan for plan in plans if plan["id"] == golden.fields["plan"]))


def secret_of(golden):
    """Return the secret a golden file is sealed under."""
    parameters = form(golden).plan["parameters"]
    bits = "_".join(str(int(prime).bit_length()) for prime in parameters["coeff_modulus"])
    plain = f"_t{parameters['plain_modulus'].bit_length()}" if parameters["plain_modulus"] else ""
    name = f"{parameters['scheme']}_n{parameters['poly_modulus_degree']}_q{bits}{plain}"
    return [{"-": -1, "0": 0, "+": 1}[sign] for sign in (FOLDER / f"secrets/{name}.txt").read_text().strip()]


def normalized(golden):
    """Return the rows of a golden input as they are packed."""
    shift = manifest(golden.fields["manifest"])[0]["normalization"]
    columns = list(zip(shift["center"], shift["scale"], strict=True))
    rows = json.loads(golden.fields["values"])
    return [[(value - center) / scale for value, (center, scale) in zip(row, columns, strict=True)] for row in rows]


def read(golden):
    """Read a golden file as what it should be; return what is in it. Raises Refused."""
    again = form(golden)
    if golden.kind == "keys":
        asked = {"parameters": again.plan["parameters"], "keys": again.plan["keys"]}
        canonical = json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()
        return again.read_keys(golden.payload, {"configuration": hashlib.sha256(canonical).hexdigest()})
    expected = {"model": f"{golden.fields['manifest']}@1", "manifest": manifest(golden.fields["manifest"])[1]}
    expected |= {name: golden.fields[name] for name in ("plan", "key", "rows")}
    if golden.kind == "input":
        return again.read_input(golden.payload, expected)
    expected |= {name: golden.fields[name] for name in ("job", "part", "input")}
    return again.open(golden.payload, expected, secret_of(golden))
