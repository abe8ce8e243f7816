"""The models that the golden files are sealed for: small enough for a file, and one plan for each way to pack."""

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np

from sealdrop_core.circuit import Affine, Circuit, Polynomial
from sealdrop_core.manifest import Feature, Manifest, Normalization, Output, Weights
from sealdrop_core.parameters import Parameters, ntt_primes
from sealdrop_core.plan import CoefficientLayout, KeyRequirement, Plan, Quote, Response

TINY = Circuit((Affine(np.array([[0.5, -1.0, 0.25], [1.0, 0.0, 0.125]]), np.array([0.5, -0.25])),))
LIFTED = Circuit(
    (
        Affine(np.array([[0.5, -0.25], [0.75, 0.5]]), np.array([0.125, -0.5])),
        Polynomial(np.array([0.0, 0.5, 0.25])),
        Affine(np.array([[1.0, -0.5]]), np.array([0.25])),
    )
)
_OPEN = Response(private=False, dropped_bits=4)


def _ring(degree: int, bits: int) -> Parameters:
    return Parameters(scheme="ckks", poly_modulus_degree=degree, coeff_modulus=ntt_primes(degree, (bits,)))


def _plan(name: str, parameters: Parameters, layout: CoefficientLayout, response: Response, bits: tuple) -> Plan:
    return Plan(
        id=name,
        parameters=parameters,
        layout=layout,
        input_scale_log2=bits[0],
        weight_scale_log2=bits[1],
        output_scale_log2=sum(bits),
        keys=KeyRequirement(public=response.private),
        response=response,
        quote=Quote(milliseconds=1.0, error=0.125),
    ).quoted()


def _tiny() -> Iterator[Plan]:
    ring, shape = _ring(1024, 26), {"features": 3, "outputs": 2}
    whole = CoefficientLayout(**shape, chunk=3, outputs_per_result=2, rows_per_block=4)
    cut = CoefficientLayout(**shape, chunk=2, outputs_per_result=1, rows_per_block=2)
    private = Response(private=True, dropped_bits=3, flooding_std_log2=5.0, flooding_bits=1.0, divergence_log2=-2.0)
    yield _plan("tiny_open", ring, whole, _OPEN, (10.0, 6.0))
    yield _plan("tiny_cut", ring, cut, Response(private=False), (10.5, 6.0))
    yield _plan("tiny_private", ring, whole, private, (10.0, 6.0))


def _lifted() -> Iterator[Plan]:
    pairs = ((0, 0), (0, 1), (1, 1))
    layout = CoefficientLayout(
        features=2, outputs=1, chunk=5, outputs_per_result=1, rows_per_block=400, monomials=pairs
    )
    private = Response(private=True, dropped_bits=22, flooding_std_log2=30.0, flooding_bits=10.0, divergence_log2=-21.0)
    yield _plan("lifted_private", _ring(2048, 53), layout, private, (28.0, 12.0))


def _manifest(name: str, circuit: Circuit, plans: Iterator[Plan]) -> Manifest:
    weights = circuit.to_bytes()
    features = tuple(Feature(name=f"x{i}", low=-8.0, high=8.0) for i in range(circuit.features))
    return Manifest(
        name=name,
        version=1,
        source="golden vectors of the contract",
        features=features,
        normalization=Normalization(center=(1.0, -0.5, 0.0)[: len(features)], scale=(2.0, 4.0, 8.0)[: len(features)]),
        output=Output(kind="transform"),
        plans=tuple(plans),
        weights=Weights(sha256=hashlib.sha256(weights).hexdigest(), bytes=len(weights)),
    )


CIRCUITS: Mapping[str, Circuit] = {"tiny": TINY, "lifted": LIFTED}
MANIFESTS: Mapping[str, Manifest] = {
    "tiny": _manifest("tiny", TINY, _tiny()),
    "lifted": _manifest("lifted", LIFTED, _lifted()),
}
