"""Networks by column packing in slots: parameters from the noise that every step may add."""

import math
from dataclasses import dataclass

import numpy as np

from sealdrop.planning import flooding, slot_noise
from sealdrop.planning.chain import Chain, sources
from sealdrop.planning.noise import SIGMAS
from sealdrop.planning.precision import Loss, Privacy
from sealdrop.planning.profile import Probe, Profile
from sealdrop_core.errors import Infeasible
from sealdrop_core.parameters import Parameters
from sealdrop_core.schedule import Layer, Scheduler, Stage

SHARES = (1 / 8, 1 / 4, 1 / 2)  # of the error, tried for the rounding of the weights


@dataclass(frozen=True)
class Network:
    """Parameters and scales of a network, the schedule that follows from them, and what its response loses."""

    parameters: Parameters
    scheduler: Scheduler
    stages: tuple[Stage, ...]
    loss: Loss


@dataclass(frozen=True)
class Wish:
    """The error a score may have, and whether the response is flooded."""

    error: float
    privacy: Privacy

    def flooding_bits(self, degree: int, outputs: int) -> float:
        """Return by how many bits noise that depends on the weights must stay below what the error allows."""
        return flooding.needed_bits(degree, outputs) if self.privacy == "private" else 0.5


def find(probe: Probe, shapes: tuple[Layer, ...], degree: int, wish: Wish) -> Network:
    """Return the network with the fewest bits of this degree that meets a wish.

    Raises Infeasible when there is none.
    """
    found: Network | None = None
    refusal = Infeasible("rounding leaves no room for an error this small")
    for share in SHARES:
        try:
            network = _balance(probe, shapes, degree, wish, share)
        except Infeasible as reason:
            refusal = reason
            continue
        if not found or network.parameters.total_bits < found.parameters.total_bits:
            found = network
    if not found:
        raise refusal
    return found


def _balance(probe: Probe, shapes: tuple[Layer, ...], degree: int, wish: Wish, share: float) -> Network:
    """Return the network whose rounded weights take the given share of the error."""
    relinearize = len(shapes) > 1 or any(exponent > 2 for shape in shapes for exponent in shape.exponents)
    weight_bits, lost = probe.weight_bits(wish.error * share)
    profile = probe.profile(weight_bits)
    std = (wish.error - lost) / SIGMAS
    noise_sources = 2 + sum(len(shape.exponents) for shape in shapes)
    for tightened in range(6):
        each = std * 2.0 ** (-wish.flooding_bits(degree, probe.circuit.outputs) - tightened / 2)
        chain = Chain(shapes, profile, degree, weight_bits, relinearize, each / math.sqrt(noise_sources), std / 4)
        parameters, scheduler = chain.lay()
        stages = scheduler.stages(shapes)
        loss = _loss(probe, profile, parameters, stages, scheduler, wish)
        if loss is not None:
            return Network(parameters, scheduler, stages, loss)
    raise Infeasible("rounding leaves no room for an error this small")


def _loss(
    probe: Probe,
    profile: Profile,
    parameters: Parameters,
    stages: tuple[Stage, ...],
    scheduler: Scheduler,
    wish: Wish,
) -> Loss | None:
    """Return what the response drops and adds, None if the noise leaves no room for it."""
    degree, last = parameters.poly_modulus_degree, stages[-1].sum
    scales = [
        np.repeat(stage.sum.weight_scales, weight.shape[1] // len(stage.sum.inputs))
        for stage, weight in zip(stages, probe.weights, strict=True)
    ]
    lost = probe.rounding_error(scales)
    dependent = _dependent(profile, parameters, stages, scheduler)
    private = wish.privacy == "private"
    fixed = slot_noise.rounding(degree, last.form.polynomials) / last.form.scale if last.raw.level > 1 else 0.0
    if private:
        above = parameters.coeff_modulus[last.raw.level :]
        zero = slot_noise.public_zero(degree, last.form.polynomials, above[0] if above else None)
        fixed = math.hypot(fixed, zero / last.raw.scale)
    left = (wish.error - lost) / SIGMAS
    if left <= math.hypot(dependent, fixed):
        return None
    allowed = math.sqrt(left**2 - dependent**2 - fixed**2)
    room = allowed / (4 if private else 1) * last.form.scale
    dropped = slot_noise.most_dropped_bits(degree, last.form.polynomials, room)
    spent = slot_noise.dropped(degree, last.form.polynomials, dropped) / last.form.scale
    if not private:
        return Loss(dropped, None, None, lost + SIGMAS * math.hypot(dependent, fixed, spent))
    flood = math.sqrt(allowed**2 - spent**2)
    bits = math.log2(flood / dependent)
    if bits < wish.flooding_bits(degree, probe.circuit.outputs):
        return None
    coefficient = flood * last.form.scale / slot_noise.from_coefficients(degree, 1.0)
    return Loss(dropped, math.log2(coefficient), bits, wish.error)


def _dependent(profile: Profile, parameters: Parameters, stages: tuple[Stage, ...], scheduler: Scheduler) -> float:
    """Return the deviation of a score by all noise that depends on the weights."""
    degree, special = parameters.poly_modulus_degree, parameters.coeff_modulus[-1]
    parts = [slot_noise.fresh(degree) / scheduler.input_scale * max(profile.input_gain, 1 / scheduler.weight_scale)]
    *hidden, outputs = sources(stages, profile, 1 / scheduler.weight_scale)
    for source in (*hidden, outputs):
        if source.relinearized:
            switched = slot_noise.key_switch(degree, parameters.data_primes[: source.raw.level], special)
            parts.append(math.hypot(switched, slot_noise.rounding(degree)) / source.raw.scale * source.gain)
        if source.rescaled and source is not outputs:
            parts.append(slot_noise.rounding(degree) / source.form.scale * source.gain)
    return math.hypot(*parts)
