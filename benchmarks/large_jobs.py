"""A job of 100 million rows, simulated: parts arrive, wait for a function, are evaluated and settle at one item.

Sealing, evaluating and opening one full part are measured here and now; what surrounds an evaluation comes from the
cold start benchmark; AWS's limits are its published defaults. docs/large-jobs.md tells what follows from it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks import models, server
from benchmarks.fleet import Fleet, Outcome, run_job
from benchmarks.report import Claim
from benchmarks.timing import one_core
from sealdrop.cost.measured import MEASURED
from sealdrop.planning import plan
from sealdrop.request.parts import rows_per_part

ROWS = 100_000_000
# requests a second for each prefix: https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
S3_PUTS = 3500
# write units a second for each partition, and so for one item:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
ITEM_WRITES = 1000
MBIT = 1e6 / 8


@dataclass(frozen=True)
class Owner:
    """Who sends the rows: cores that seal and open, bytes a second each way."""

    name: str
    cores: int
    line: float


OWNERS = (
    Owner("a laptop, 100 Mbit/s", 4, 100 * MBIT),
    Owner("a server, 1 Gbit/s", 16, 1000 * MBIT),
    Owner("a server in the region, 10 Gbit/s", 64, 10_000 * MBIT),
)
CONCURRENCIES = (10, 30, 100, 1000)
CEILING = 30  # functions at one job of parts this light; beyond, they only wait for one another


@dataclass(frozen=True)
class PartFigures:
    """Seconds of one core and bytes for one full part of `rows` rows."""

    rows: int
    seal: float
    evaluate: float
    open: float
    bytes_up: int
    bytes_down: int


def run() -> list[Claim]:
    """Measure one part and simulate the job for several owners and concurrencies."""
    with one_core():
        figures = _measure()
    parts = -(-ROWS // figures.rows)
    claims = [
        Claim("one part", "rows", figures.rows),
        Claim("one part", "sealed", figures.seal, "s"),
        Claim("one part", "evaluated", figures.evaluate, "s"),
        Claim("one part", "opened", figures.open, "s"),
        Claim("the job", "parts", parts, bar=10_000, at_least=False),
        Claim("the job", "up", parts * figures.bytes_up / 1e9, "GB"),
        Claim("the job", "down", parts * figures.bytes_down / 1e9, "GB"),
    ]
    for concurrency in CONCURRENCIES:
        claims += _simulated(figures, parts, OWNERS[-1], concurrency)
    for owner in OWNERS[:-1]:
        claims += _simulated(figures, parts, owner, CONCURRENCIES[0])
    return claims + _worst(figures, parts)


def _measure() -> PartFigures:
    subject = models.breast_cancer()
    (chosen,) = plan(subject.circuit, subject.calibration, rows=(ROWS,), response="private")
    rows = rows_per_part(chosen)
    X = np.resize(subject.held_out, (rows, subject.circuit.features))
    made = server.request(subject.circuit, chosen, X)
    result = made.twin.evaluate(made.sealed)
    seal = _seconds(lambda: made.twin.seal(X))
    evaluate = _seconds(made.answer)
    opened = _seconds(lambda: made.twin.open(made.sealed, result))
    return PartFigures(rows, seal, evaluate, opened, len(made.sealed), chosen.result_bytes(rows))


def _seconds(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[1]


def _service(figures: PartFigures) -> float:
    return figures.evaluate + MEASURED.evaluate / 1e3


def _arrivals(figures: PartFigures, parts: int, owner: Owner) -> Iterator[float]:
    each = max(figures.seal / owner.cores, figures.bytes_up / owner.line)
    return (number * each for number in range(1, parts + 1))


def _simulated(figures: PartFigures, parts: int, owner: Owner, concurrency: int) -> list[Claim]:
    fleet = Fleet(concurrency, _service(figures))
    return _claims(
        f"{owner.name}, {concurrency} functions", run_job(_arrivals(figures, parts, owner), fleet), figures, owner
    )


def _worst(figures: PartFigures, parts: int) -> list[Claim]:
    """Everything has been uploaded before the first function starts, and a thousand run at once from then on."""
    fleet = Fleet(1000, _service(figures), ramp_per_minute=1e9)
    return _claims("a backlog, 1000 functions at once", run_job(iter([0.0] * parts), fleet), figures, None)


def _claims(subject: str, outcome: Outcome, figures: PartFigures, owner: Owner | None) -> list[Claim]:
    collecting = 0.0
    if owner:
        each = max(figures.open / owner.cores, figures.bytes_down / owner.line)
        collecting = max(0.0, outcome.parts * each - outcome.seconds) + each
    fits = outcome.busiest <= CEILING
    twice = outcome.given_back / outcome.parts
    return [
        Claim(subject, "first row sealed to last row opened", (outcome.seconds + collecting) / 60, "min"),
        Claim(subject, "functions at once", outcome.busiest),
        _below(subject, "S3 PUTs a second, uploads and results", outcome.puts_per_second, S3_PUTS),
        _below(subject, "write units a second at the job's item", outcome.item_writes_per_second, ITEM_WRITES, fits),
        _below(subject, "conflicts a part at the job's item", outcome.conflicts / outcome.parts, 1, fits),
        _below(subject, "share of parts evaluated again over conflicts", twice, 0.001, fits),
    ]


def _below(subject: str, figure: str, value: float, bar: float, held: bool = True) -> Claim:
    """Hold a figure to its bar, where it is held to one at all."""
    return Claim(subject, figure, value, bar=bar if held else None, at_least=False)
