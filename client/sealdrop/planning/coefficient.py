"""Plans by coefficient packing, for everything that is linear or can be lifted to linear."""

import math
from collections.abc import Iterator

from sealdrop.planning import cost
from sealdrop.planning.nearest import told
from sealdrop.planning.precision import Loss, Precision, Privacy, Rounding, respond, split
from sealdrop.planning.reach import largest_score
from sealdrop.planning.rows import for_rounding
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.lifting import lifted, monomials
from sealdrop_core.packing.coefficient import lift
from sealdrop_core.parameters import SECURITY_BITS, Parameters, ntt_primes
from sealdrop_core.plan import KeyRequirement, Plan, Quote, Response

DEGREES = (1024, 2048, 4096)  # one prime of at most 60 bits: a larger ring would not carry more
MAX_PACKED_FEATURES = 1 << 14
MIN_FLOODING_BITS = 8.0
MOST_WIDENED = 64  # times an error that cannot be met is doubled to find one that can
OR_OPEN = {"private": ", or publish with open responses", "open": ""}


def candidates(circuit: Circuit, calibration: Array, error: float, privacy: Privacy, leeway: float) -> Iterator[Plan]:
    """Yield the coefficient plans of the smallest degree that meets the error.

    `calibration` are rows normalised to [-1, 1], shape (rows, features); `leeway` is by how much, summed over columns,
    a row may leave that box. Raises Infeasible, with the nearest feasible wish, when there is none.
    """
    base = unpacked(circuit)
    affine, rows = lifted(circuit, base.monomials), for_rounding(calibration, base.packed_features)
    rounding = Rounding(affine, lift(rows, base), base.monomials, leeway)
    bound = largest_score(affine, base.monomials, leeway)
    found = False
    for plan in _smallest(base, rounding, bound, error, privacy):
        found = True
        yield plan
    if not found:
        # what is quadratic goes another way then, which knows its own nearest wish
        wider = () if base.monomials else (error * 2.0**bits for bits in range(1, MOST_WIDENED))
        nearest = next((wish for wish in wider if any(_smallest(base, rounding, bound, wish, privacy))), None)
        raise Infeasible(
            f"one prime does not carry this circuit to an error of {error:.2g} with {privacy} responses",
            remedy=f"Allow an error of {told(nearest)}{OR_OPEN[privacy]}." if nearest else None,
        )


def _smallest(
    base: CoefficientLayout, rounding: Rounding, bound: float, error: float, privacy: Privacy
) -> Iterator[Plan]:
    """Yield all plans of the smallest degree that meets the error."""
    for degree in DEGREES:
        found = False
        prime = ntt_primes(degree, (min(60, SECURITY_BITS[degree]),))
        parameters = Parameters(scheme="ckks", poly_modulus_degree=degree, coeff_modulus=prime)
        precision = split(rounding, bound, prime[0], error, privacy)
        for layout in layouts(base, degree):
            loss = respond(precision, layout.outputs_per_result, degree, error, privacy)
            if loss.error <= error and (privacy == "open" or (loss.flooding_bits or 0) >= MIN_FLOODING_BITS):
                found = True
                yield assemble(parameters, layout, precision, loss, privacy)
        if found:
            return


def unpacked(circuit: Circuit) -> CoefficientLayout:
    """Return the layout of a circuit's features, monomials and outputs, its sizes still to be chosen."""
    if len(circuit.layers) > 3 or any(layer.degree > 2 for layer in circuit.polynomials):
        raise Infeasible("only linear circuits and quadratic ones with one hidden layer can be lifted")
    if circuit.features > MAX_PACKED_FEATURES:
        raise Infeasible(f"{circuit.features} features are more than a client should pack")
    pairs = monomials(circuit, MAX_PACKED_FEATURES - circuit.features)
    return CoefficientLayout(
        features=circuit.features,
        outputs=circuit.outputs,
        chunk=1,
        outputs_per_result=1,
        rows_per_block=1,
        monomials=pairs,
    )


def layouts(base: CoefficientLayout, degree: int) -> Iterator[CoefficientLayout]:
    """Yield layouts from one result for all outputs (few rows) to one for each output (many rows)."""
    for each in sorted({-(-base.outputs // parts) for parts in range(1, base.outputs + 1)}):
        if each > degree:
            return
        chunk = min(base.packed_features, degree // each)
        for rows in {1, degree // (chunk * each)}:
            sizes = {"chunk": chunk, "outputs_per_result": each, "rows_per_block": rows}
            yield base.model_copy(update=sizes)


def assemble(
    parameters: Parameters, layout: CoefficientLayout, precision: Precision, loss: Loss, privacy: Privacy
) -> Plan:
    """Return the plan, quoted."""
    private, kind = privacy == "private", "lifted" if layout.monomials else "coefficient"
    bits = loss.flooding_bits
    plan = Plan(
        id=f"{kind}_{parameters.name}_r{layout.rows_per_block}_o{layout.outputs_per_result}_{privacy}",
        parameters=parameters,
        layout=layout,
        input_scale_log2=precision.input_bits,
        weight_scale_log2=precision.weight_bits,
        output_scale_log2=precision.input_bits + precision.weight_bits,
        keys=KeyRequirement(public=private),
        response=Response(
            private=private,
            dropped_bits=loss.dropped_bits,
            flooding_std_log2=loss.flooding_std_log2,
            flooding_bits=bits,
            # a Gaussian shifted by 2^-bits of its deviation, once for each score of a row
            divergence_log2=None if bits is None else math.log2(layout.outputs) - 1 - 2 * bits,
        ),
        quote=Quote(milliseconds=_milliseconds(layout, parameters, private), error=loss.error),
    )
    return plan.quoted()


def _milliseconds(layout: CoefficientLayout, parameters: Parameters, private: bool) -> float:
    degree, primes = parameters.poly_modulus_degree, len(parameters.data_primes)
    return (
        layout.inputs * cost.load_milliseconds(degree, primes)
        + layout.inputs * layout.results * cost.multiply_plain_milliseconds(degree, primes)
        + layout.results * cost.respond_milliseconds(degree, 1, private=private)
    )
