"""Networks on one row, one core, keys loaded: rotations against TenSEAL's vectors.

TenSEAL's `mm`, a bias and another `mm` give a wrong answer (TenSEAL issue 462): its slots beyond the values hold what
the first product left there, and the second adds it up. The time is taken all the same; the error is printed.
"""

import numpy as np
from sklearn.datasets import load_digits

from benchmarks import baseline, models, server
from benchmarks.report import Claim
from benchmarks.served import served
from benchmarks.timing import medians, one_core
from sealdrop.planning import Privacy, column, plan
from sealdrop.planning.column import network
from sealdrop_core.circuit import Affine, Array, Circuit, SparseAffine
from sealdrop_core.folding import SQUARE
from sealdrop_core.plan import Plan

MILLISECONDS = {"digits 64-32-10 degree 3": 30, "784-392-10 square": 200, "CryptoNets 28x28": 1000}  # open responses
FASTER = 15  # than TenSEAL
KEYLESS_MEGABYTES, MEGABYTES = 512, 1536
BATCH = 4096
TENSEAL_BITS = (40, 26, 26, 26, 26, 26, 40)  # the five levels it takes, in the smallest ring that has them
RESPONSES: tuple[Privacy, ...] = ("open", "private")


def run() -> list[Claim]:
    """Measure every network with open and with private responses, the first also with TenSEAL."""
    with one_core():
        first = models.network("digits 64-32-10 degree 3", load_digits, (64, 32, 10), (0.1, 0.5, 0.3, 0.1))
        keyless, images = wide(), cryptonets()
        single = [*_measure(first, tenseal_too=True), *_measure(keyless), *_measure(images)]
        return single + _batches(keyless, images)


def _measure(subject: models.Subject, *, tenseal_too: bool = False) -> list[Claim]:
    row = subject.held_out[:1]
    made = {response: server.request(subject.circuit, _plan(subject, response), row) for response in RESPONSES}
    other = baseline.vector(subject.circuit, row[0], TENSEAL_BITS) if tenseal_too else None
    answers = {response: request.answer for response, request in made.items()}
    taken = medians(answers | ({"tenseal": other.answer} if other else {}), rounds=7)
    claims = []
    if other:
        wrong = float(np.abs(other.open() - subject.circuit.evaluate(row)[0]).max())
        faster = taken["tenseal"] / taken["open"]
        claims = [
            Claim(subject.name, "TenSEAL", taken["tenseal"], "ms", detail={"context_bytes": len(other.context)}),
            Claim(subject.name, "TenSEAL's error", wrong),
            Claim(subject.name, "times faster, open", faster, "x", bar=FASTER),
        ]
    for response, request in made.items():
        claims += _claims(subject, response, request, taken[response])
    return claims


def _batches(keyless: models.Subject, images: models.Subject) -> list[Claim]:
    """Measure the planner's choice for a batch with open responses, and CryptoNets' columns with private ones.

    The latter are for information: a block of them is more than an upload holds, and the planner refuses it.
    """
    refused = column.network_plan(images.circuit, images.calibration, network.Wish(2.0**-10, "private"), 0.0)
    return [
        *_block(keyless, _plan(keyless, "open", BATCH), "open", KEYLESS_MEGABYTES),
        *_block(images, _plan(images, "open", BATCH), "open", MEGABYTES),
        *_block(images, refused, "private", None),
    ]


def _block(subject: models.Subject, chosen: Plan, response: Privacy, megabytes: float | None) -> list[Claim]:
    rows = chosen.layout.rows_per_block
    request = server.request(subject.circuit, chosen, np.resize(subject.held_out, (rows, subject.circuit.features)))
    taken = medians({"block": request.answer}, rounds=1)["block"]
    name, detail = f"{subject.name}, batch of {rows}", {"plan": chosen.id}
    peak = served(subject.circuit, request).peak_megabytes
    return [
        Claim(name, f"server, {response}", taken / rows, "ms a row", detail=detail),
        Claim(name, f"request, {response}", len(request.sealed) / rows, "B a row", detail=detail),
        Claim(name, f"peak memory, {response}", peak, "MB", bar=megabytes, at_least=False, detail=detail),
    ]


def _plan(subject: models.Subject, response: Privacy, rows: int = 1) -> Plan:
    (chosen,) = plan(subject.circuit, subject.calibration, rows=(rows,), response=response)
    return chosen


def _claims(subject: models.Subject, response: Privacy, request: server.Request, milliseconds: float) -> list[Claim]:
    bar = MILLISECONDS[subject.name] if response == "open" else None
    bound, error = request.plan.quote.error, request.twin.largest_error(subject.held_out[:1])
    fresh = served(subject.circuit, request)
    detail = {"plan": request.plan.id, "divergence_log2": request.plan.response.divergence_log2}
    figures = (
        ("server", milliseconds, "ms", bar),
        ("error", error, "", bound),
        ("peak memory", fresh.peak_megabytes, "MB", MEGABYTES),
        ("keys", len(request.keys) / 1e6, "MB", None),
        ("loading keys", fresh.keys_milliseconds, "ms", None),
        ("compiling", fresh.compile_milliseconds, "ms", None),
        ("request", len(request.sealed), "B", None),
        ("response", len(request.answer()), "B", None),
    )
    return [
        Claim(subject.name, f"{figure}, {response}", value, unit, bar=limit, at_least=False, detail=detail)
        for figure, value, unit, limit in figures
    ]


def _dense(random: np.random.Generator, features: int, outputs: int) -> Affine:
    return Affine(random.normal(size=(outputs, features)) / np.sqrt(features), random.normal(size=outputs) / 4)


def _images(random: np.random.Generator, count: int) -> Array:
    """Return images of 28x28 pixels in [-1, 1], four fifths of them background as in MNIST."""
    drawn = random.uniform(-1, 1, size=(count, 784))
    return np.where(random.random(drawn.shape) < 0.8, -1.0, drawn)


def _subject(name: str, circuit: Circuit, random: np.random.Generator) -> models.Subject:
    return models.Subject(name, circuit, _images(random, 500), _images(random, 10), np.zeros(10))


def wide() -> models.Subject:
    """Return the network of AWS's sample of encrypted inference on SageMaker, with random weights."""
    random = np.random.default_rng(1)
    circuit = Circuit([_dense(random, 784, 392), SQUARE, _dense(random, 392, 10)])
    return _subject("784-392-10 square", circuit, random)


def cryptonets() -> models.Subject:
    """Return a convolution (5x5, stride 2, 5 maps, padded by one), square, 100, square, 10, with random weights."""
    random = np.random.default_rng(2)
    first = _convolution(random, side=28, kernel=5, stride=2, maps=5, across=13)
    layers = [first, SQUARE, _dense(random, first.outputs, 100), SQUARE, _dense(random, 100, 10)]
    return _subject("CryptoNets 28x28", Circuit(layers), random)


def _convolution(
    random: np.random.Generator, *, side: int, kernel: int, stride: int, maps: int, across: int
) -> SparseAffine:
    """Return a convolution of one channel; what lies beyond the lower and right edge is zero."""
    weights = random.normal(size=(maps, kernel, kernel)) / kernel
    m, y, x, a, b = np.meshgrid(*map(np.arange, (maps, across, across, kernel, kernel)), indexing="ij")
    inside = (y * stride + a < side) & (x * stride + b < side)
    return SparseAffine(
        features=side * side,
        rows=((m * across + y) * across + x)[inside],
        columns=((y * stride + a) * side + x * stride + b)[inside],
        values=weights[m, a, b][inside],
        bias=random.normal(size=maps * across * across) / 4,
    )
