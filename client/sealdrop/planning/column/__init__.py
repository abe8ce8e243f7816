"""Plans by column packing: many rows at once, one ciphertext for each feature."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from sealdrop.planning import cost, flooding
from sealdrop.planning.column import network
from sealdrop.planning.column.profile import Probe
from sealdrop.planning.precision import MAX_INPUT_BITS, Loss, Precision, Privacy, Rounding, capacity, respond, split
from sealdrop.planning.reach import largest_score
from sealdrop.planning.rows import for_rounding
from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.errors import Infeasible
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.lifting import linear
from sealdrop_core.parameters import SECURITY_BITS, Parameters, ntt_primes
from sealdrop_core.plan import KeyRequirement, Plan, Quote, Response
from sealdrop_core.schedule import Form, Layer, Scheduler, Stage, layers
from sealdrop_core.sealed import MAX_HEADER_BYTES, MAX_INPUT_BYTES

LINEAR_DEGREES = (1024, 2048, 4096)  # one prime of at most 60 bits: a larger ring would not carry more
NETWORK_DEGREES = (2048, 4096, 8192, 16384, 32768)
LEAST_BITS = 20  # of a prime


def candidates(circuit: Circuit, calibration: Array, error: float, privacy: Privacy, leeway: float) -> Iterator[Plan]:
    """Yield the column plans of a circuit: of a linear one for every degree, of a network for the smallest.

    `calibration` are rows normalised to [-1, 1], shape (rows, features); `leeway` is by how much, summed over its
    columns, a row may leave that box. Raises Infeasible when there is no plan.
    """
    wish, affine = network.Wish(error, privacy), linear(circuit)
    if affine is None:
        plans = [network_plan(circuit, calibration, wish, leeway)]
    else:
        rounding = Rounding(affine, for_rounding(calibration, affine.features), (), leeway)
        bound = largest_score(affine, (), leeway)
        each = (_linear(rounding, wish, bound, degree) for degree in LINEAR_DEGREES)
        plans = [plan for plan in each if plan]
    if not plans:
        raise Infeasible(f"one prime does not carry columns to an error of {error:.2g} with {privacy} responses")
    small = [plan for plan in plans if MAX_HEADER_BYTES + plan.quote.bytes_up <= MAX_INPUT_BYTES]
    if not small:
        raise Infeasible(_too_large(min(plans, key=lambda plan: plan.quote.bytes_up)))
    yield from small


def _too_large(plan: Plan) -> str:
    sealed, most = plan.quote.bytes_up >> 20, MAX_INPUT_BYTES >> 20
    block = f"{plan.layout.inputs} columns of {plan.layout.rows_per_block} rows"
    return f"{block} take {sealed} MiB sealed, and one upload holds {most} MiB"


def _linear(rounding: Rounding, wish: network.Wish, bound: float, degree: int) -> Plan | None:
    """Return the plan with the fewest bits of this degree: columns wait for the line, not for the server."""
    affine, error, privacy, most = rounding.affine, wish.error, wish.privacy, min(60, SECURITY_BITS[degree])
    widest = split(rounding, bound, ntt_primes(degree, (most,))[0], error, privacy)
    wanted = flooding.needed_bits(degree, affine.outputs)

    def attempt(bits: int) -> tuple[int, Precision, Loss]:
        prime = ntt_primes(degree, (bits,))[0]
        input_bits = min(capacity(affine, bound, prime, error) - widest.weight_bits, MAX_INPUT_BITS)
        precision = replace(widest, input_bits=input_bits)
        return prime, precision, respond(precision, 1, degree, error, privacy)

    def meets(bits: int) -> bool:
        loss = attempt(bits)[2]
        return loss.error <= error and (privacy == "open" or (loss.flooding_bits or 0.0) >= wanted)

    if not meets(most):
        return None
    prime, precision, loss = attempt(bisect_left(range(most), True, lo=LEAST_BITS, key=meets))
    scheduler = Scheduler(
        primes=(prime,),
        input_scale=2.0**precision.input_bits,
        weight_scale=2.0**precision.weight_bits,
        output_scale=2.0 ** (precision.input_bits + precision.weight_bits),
    )
    parameters = Parameters(scheme="ckks", poly_modulus_degree=degree, coeff_modulus=(prime,))
    layout = ColumnLayout(
        features=affine.features, outputs=affine.outputs, rows_per_block=degree, encoding="coefficient"
    )
    return assemble(parameters, layout, scheduler, (), loss, privacy)


def network_plan(circuit: Circuit, calibration: Array, wish: network.Wish, leeway: float) -> Plan:
    """Return the plan of a network for the smallest degree, however large its blocks.

    Raises Infeasible when there is none.
    """
    probe, shapes = Probe(circuit, calibration, leeway), layers(circuit)
    refusal = Infeasible("no degree carries this network in columns")
    for degree in NETWORK_DEGREES:
        try:
            found, loss = network.find(probe, shapes, degree, wish)
        except Infeasible as reason:
            refusal = reason
            continue
        layout = ColumnLayout(
            features=circuit.features,
            outputs=circuit.outputs,
            rows_per_block=degree // 2,
            encoding="slot",
            result_polynomials=found.stages[-1].sum.form.polynomials,
        )
        return assemble(found.parameters, layout, found.scheduler, shapes, loss, wish.privacy)
    raise refusal


def assemble(
    parameters: Parameters,
    layout: ColumnLayout,
    scheduler: Scheduler,
    shapes: tuple[Layer, ...],
    loss: Loss,
    privacy: Privacy,
) -> Plan:
    """Return the plan, quoted."""
    private, bits, degree = privacy == "private", loss.flooding_bits, parameters.poly_modulus_degree
    spent = _milliseconds(layout, degree, scheduler.stages(shapes), shapes, private=private)
    plan = Plan(
        id=f"column_{parameters.name}_{privacy}",
        parameters=parameters,
        layout=layout,
        input_scale_log2=math.log2(scheduler.input_scale),
        weight_scale_log2=math.log2(scheduler.weight_scale),
        output_scale_log2=math.log2(scheduler.output_scale),
        keys=KeyRequirement(public=private, relinearization=scheduler.relinearize),
        response=Response(
            private=private,
            dropped_bits=loss.dropped_bits,
            flooding_std_log2=loss.flooding_std_log2,
            flooding_bits=bits,
            divergence_log2=None if bits is None else flooding.divergence_log2(degree, layout.outputs, bits),
        ),
        quote=Quote(milliseconds=spent, error=loss.error),
    )
    return plan.quoted()


def _milliseconds(
    layout: ColumnLayout, degree: int, stages: tuple[Stage, ...], shapes: tuple[Layer, ...], *, private: bool
) -> float:
    inputs, widths = layout.inputs, [*(shape.units for shape in shapes), layout.outputs]
    spent = inputs * cost.load_milliseconds(degree, stages[0].sum.inputs[0].level)
    for stage, width in zip(stages, widths, strict=True):
        raw = stage.sum.raw
        spent += cost.sums_milliseconds(degree * raw.level * raw.polynomials, inputs, width)
        spent += width * _reduction_milliseconds(degree, raw, stage.sum.form)
        for power in stage.powers:
            spent += width * cost.square_milliseconds(degree, power.raw.level)
            spent += width * _reduction_milliseconds(degree, power.raw, power.form)
        inputs = width * len(stage.exponents)
    return spent + layout.outputs * cost.respond_milliseconds(degree, layout.result_polynomials - 1, private=private)


def _reduction_milliseconds(degree: int, raw: Form, form: Form) -> float:
    spent = cost.switch_milliseconds(degree, raw.level) if form.polynomials < raw.polynomials else 0.0
    return spent + sum(cost.rescale_milliseconds(degree, level) for level in range(form.level + 1, raw.level + 1))
