"""Plans for the golden files: some by the planner as it is today, some made by hand to be small."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sealdrop.planning import column, exact, rotation
from sealdrop_core.folding import completed, merged
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.manifest import Feature, Manifest, Normalization, Output, Weights
from sealdrop_core.packing.arrangement import arranged, galois_elements
from sealdrop_core.parameters import Parameters, ntt_primes
from sealdrop_core.plan import KeyRequirement, Plan, Quote, Response
from tests.contract.vectors.circuits import CIRCUITS

_ERROR = 0.125
_OPEN = Response(private=False, dropped_bits=4)
_PAIRS = ((0, 0), (0, 1), (1, 1))
_SHAPE = {"features": 3, "outputs": 2}
_WHOLE = CoefficientLayout(**_SHAPE, chunk=3, outputs_per_result=2, rows_per_block=4)
_CUT = CoefficientLayout(**_SHAPE, chunk=2, outputs_per_result=1, rows_per_block=2)
_LIFTED = CoefficientLayout(features=2, outputs=1, chunk=5, outputs_per_result=1, rows_per_block=400, monomials=_PAIRS)


def manifests() -> Iterator[tuple[str, Manifest]]:
    """Yield the name and the manifest of every model, with new plans."""
    for name, plans in {"tiny": _tiny(), "square": _square()}.items():
        circuit = CIRCUITS[name]
        weights = circuit.to_bytes()
        features = tuple(Feature(name=f"x{i}", low=-8.0, high=8.0) for i in range(circuit.features))
        center, scale = (1.0, -0.5, 0.0), (2.0, 4.0, 8.0)
        yield (
            name,
            Manifest(
                name=name,
                version=1,
                source="golden vectors of the contract",
                features=features,
                normalization=Normalization(center=center[: len(features)], scale=scale[: len(features)]),
                output=Output(kind="transform"),
                plans=tuple(plans),
                weights=Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights)),
            ),
        )


def _tiny() -> Iterator[Plan]:
    ring = _ring(1024, 26)
    private = Response(private=True, dropped_bits=3, flooding_std_log2=5.0, flooding_bits=1.0, divergence_log2=-2.0)
    yield _plan("tiny_open", ring, _WHOLE, _OPEN, (10.0, 6.0))
    yield _plan("tiny_cut", ring, _CUT, Response(private=False), (10.5, 6.0))
    yield _plan("tiny_private", ring, _WHOLE, private, (10.0, 6.0))
    yield _plan("tiny_levels", _ring(2048, 18, 18, 17), _WHOLE, Response(private=False, level=2), (16.0, 10.0))
    yield _planned("tiny_column", "tiny", column.candidates, "open")
    yield _planned("tiny_column_private", "tiny", column.candidates, "private")
    yield _planned("tiny_bfv", "tiny", exact.candidates, "open", lambda plan: plan.layout.packing == "coefficient")
    yield _planned("tiny_bfv_column", "tiny", exact.candidates, "private", lambda plan: plan.layout.packing == "column")


def _square() -> Iterator[Plan]:
    private = Response(private=True, dropped_bits=22, flooding_std_log2=30.0, flooding_bits=10.0, divergence_log2=-21.0)
    yield _plan("square_lifted", _ring(2048, 53), _LIFTED, private, (28.0, 12.0))
    yield _planned("square_column", "square", column.candidates, "open")
    yield _planned("square_bfv", "square", exact.candidates, "open", lambda plan: plan.layout.packing == "column")
    yield _interleaved(_planned("square_rotation", "square", rotation.candidates, "open"))


def _ring(degree: int, *bits: int) -> Parameters:
    return Parameters(scheme="ckks", poly_modulus_degree=degree, coeff_modulus=ntt_primes(degree, bits))


def _plan(name: str, parameters: Parameters, layout: CoefficientLayout, response: Response, bits: Any) -> Plan:
    return Plan(
        id=name,
        parameters=parameters,
        layout=layout,
        input_scale_log2=bits[0],
        weight_scale_log2=bits[1],
        output_scale_log2=sum(bits),
        keys=KeyRequirement(public=response.private),
        response=response,
        quote=Quote(milliseconds=1.0, error=_ERROR),
    ).quoted()


def _planned(
    name: str, circuit: str, candidates: Any, response: str, wanted: Callable[[Plan], bool] = lambda plan: True
) -> Plan:
    """Return the smallest of the planner's plans."""
    given = CIRCUITS[circuit]
    rows = np.random.default_rng(0).integers(-4, 5, (64, given.features)) / 4.0
    found = [plan for plan in candidates(given, rows, _ERROR, response, 0.0) if wanted(plan)]
    return min(found, key=lambda plan: plan.quote.bytes_up).model_copy(update={"id": name}).quoted()


def _interleaved(plan: Plan) -> Plan:
    """Return a rotation plan that takes two rows in a block."""
    layout = plan.layout.model_copy(update={"rows_per_block": 2})
    elements = galois_elements(_maps(layout), 2, plan.parameters.poly_modulus_degree)
    keys = plan.keys.model_copy(update={"galois_elements": elements})
    return plan.model_copy(update={"layout": layout, "keys": keys}).quoted()


def _maps(layout: Any) -> Any:
    squares = [index for index, layer in enumerate(layout.layers) if layer.activation == "square"]
    return arranged(completed(merged(CIRCUITS["square"]), squares), layout)
