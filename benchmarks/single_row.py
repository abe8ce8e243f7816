"""One row, one core: the server's load, evaluate and save against TenSEAL as its tutorials use it."""

from benchmarks import baseline, models, server
from benchmarks.report import Claim
from benchmarks.timing import medians, one_core
from sealdrop.planning import plan

BARS = {"breast cancer 30→1": 60, "digits 64→10": 1000, "breast cancer 30-16-1 square": 500}


def run() -> list[Claim]:
    """Measure every subject with open and with private responses."""
    subjects = (models.breast_cancer(), models.digits(), models.lifted_network())
    with one_core():
        return [claim for subject in subjects for claim in _measure(subject)]


def _measure(subject: models.Subject) -> list[Claim]:
    row = subject.held_out[:1]
    made = {}
    for response in ("open", "private"):
        (chosen,) = plan(subject.circuit, subject.calibration, rows=(1,), response=response)
        made[response] = server.request(subject.circuit, chosen, row)
    other = baseline.vector(subject.circuit, row[0])
    taken = medians({"open": made["open"].answer, "private": made["private"].answer, "tenseal": other.answer})
    first = len(other.context) + len(other.sealed)
    wrong = float(abs(other.open()[: subject.circuit.outputs] - subject.circuit.evaluate(row)[0]).max())
    claims = [Claim(subject.name, "TenSEAL", taken["tenseal"], "ms", detail={"largest_error": wrong})]
    for response, request in made.items():
        claims += _claims(subject, response, request, taken, first)
    claims.append(
        Claim(subject.name, "private costs more", taken["private"] - taken["open"], "ms", bar=1.0, at_least=False)
    )
    return claims


def _claims(
    subject: models.Subject, response: str, request: server.Request, taken: dict[str, float], first: int
) -> list[Claim]:
    """Return what is claimed of one response; bars of speed and of bytes are for open ones."""
    row, name, opened = subject.held_out[:1], subject.name, response == "open"
    detail = {"plan": request.plan.id, "milliseconds": taken}
    faster, fewer = taken["tenseal"] / taken[response], first / (len(request.sealed) + len(request.keys))
    least = 2000 if opened and not subject.circuit.polynomials else None
    error, quoted = request.twin.largest_error(row), request.plan.quote.error
    return [
        Claim(name, f"server, {response}", taken[response], "ms", detail=detail),
        Claim(name, f"times faster, {response}", faster, "x", bar=BARS[name] if opened else None),
        Claim(name, f"error, {response}", error, bar=quoted, at_least=False),
        Claim(name, f"request, {response}", len(request.sealed), "B"),
        Claim(name, f"response, {response}", len(request.answer()), "B"),
        Claim(name, f"first-call bytes, times fewer, {response}", fewer, "x", bar=least),
    ]
