"""4096 rows, one core: the server's load, evaluate and save against TenSEAL's batched tensors.

A tensor of shape (rows, features) broadcasts silently; right is (rows, 1, features) and a matrix product, one
ciphertext for each feature, as here.
"""

import numpy as np

from benchmarks import baseline, models, server
from benchmarks.report import Claim
from benchmarks.timing import medians, one_core
from sealdrop.planning import plan

ROWS = 4096
BARS = {"breast cancer 30→1": 5, "digits 64→10": 30, "digits 64-32-10 square": 7}


def run() -> list[Claim]:
    """Measure every subject with open and with private responses."""
    with one_core():
        subjects = (models.breast_cancer(), models.digits(), models.batch_network())
        return [claim for subject in subjects for claim in _measure(subject)]


def _measure(subject: models.Subject) -> list[Claim]:
    X = np.resize(subject.held_out, (ROWS, subject.circuit.features))
    made = {}
    for response in ("open", "private"):
        (chosen,) = plan(subject.circuit, subject.calibration, rows=(ROWS,), response=response)
        made[response] = server.request(subject.circuit, chosen, X)
    other = baseline.tensor(subject.circuit, X)
    wrong = float(np.abs(other.open() - subject.circuit.evaluate(X)).max())
    taken = medians({"open": made["open"].answer, "private": made["private"].answer, "tenseal": other.answer}, rounds=5)
    claims = [_each(subject.name, "TenSEAL", taken["tenseal"], largest_error=wrong)]
    for response, request in made.items():
        error = request.twin.largest_error(X)
        bar = BARS[subject.name] if response == "open" else None
        faster = taken["tenseal"] / taken[response]
        claims += [
            _each(subject.name, f"server, {response}", taken[response], plan=request.plan.id, taken=taken),
            Claim(subject.name, f"times faster, {response}", faster, "x", bar=bar),
            Claim(subject.name, f"error, {response}", error, bar=request.plan.quote.error, at_least=False),
            Claim(subject.name, f"request, {response}", len(request.sealed) / ROWS, "B a row"),
            Claim(subject.name, f"response, {response}", len(request.answer()) / ROWS, "B a row"),
            Claim(subject.name, f"keys, {response}", len(request.keys), "B"),
        ]
    claims.append(Claim(subject.name, "TenSEAL's request", len(other.sealed) / ROWS, "B a row"))
    return claims


def _each(name: str, figure: str, milliseconds: float, **detail: object) -> Claim:
    return Claim(name, figure, milliseconds / ROWS * 1e3, "µs a row", detail=dict(detail))
