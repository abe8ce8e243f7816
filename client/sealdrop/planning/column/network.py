"""Networks by column packing in slots: parameters from the noise that every step may add."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sealdrop.planning import flooding
from sealdrop.planning.column import slot_noise
from sealdrop.planning.column.chain import Chain, sources
from sealdrop.planning.column.profile import Probe, Profile
from sealdrop.planning.noise import SIGMAS
from sealdrop.planning.precision import Loss, Privacy
from sealdrop_core.circuit import Array
from sealdrop_core.errors import Infeasible
from sealdrop_core.parameters import Parameters
from sealdrop_core.schedule import Layer, Scheduler, Stage

SHARES = (1 / 2, 1 / 4, 1 / 8)  # of the error, tried for the rounding of the weights


@dataclass(frozen=True)
class Wish:
    """The error a score may have, and whether the response is flooded."""

    error: float
    privacy: Privacy

    def flooding_bits(self, degree: int, outputs: int) -> float:
        """Return by how many bits noise that depends on the weights must stay below what the error allows."""
        return flooding.needed_bits(degree, outputs) if self.privacy == "private" else 0.5


@dataclass(frozen=True)
class Network:
    """Parameters and scales of a network, the schedule that follows from them, and the noise it makes.

    Noise is given as the deviation of a score.
    """

    parameters: Parameters
    scheduler: Scheduler
    stages: tuple[Stage, ...]
    profile: Profile

    @property
    def degree(self) -> int:
        """Degree of the polynomials."""
        return self.parameters.poly_modulus_degree

    def weight_scales(self, widths: Sequence[int]) -> list[Array]:
        """Return what the weights of each feature are multiplied by, for each layer; `widths` are the features."""
        totals = [stage.sum for stage in self.stages]
        return [
            np.repeat(total.weight_scales, width // len(total.inputs))
            for total, width in zip(totals, widths, strict=True)
        ]

    def dependent_std(self) -> float:
        """Return the noise that depends on the weights."""
        special, unit = self.parameters.coeff_modulus[-1], 1 / self.scheduler.weight_scale
        parts = [slot_noise.fresh(self.degree) / self.scheduler.input_scale * max(self.profile.input_gain, unit)]
        *hidden, outputs = sources(self.stages, self.profile, unit)
        for source in (*hidden, outputs):
            if source.relinearized:
                switched = slot_noise.key_switch(self.degree, self.parameters.data_primes[: source.raw.level], special)
                parts.append(math.hypot(switched, slot_noise.rounding(self.degree)) / source.raw.scale * source.gain)
            if source.rescaled and source is not outputs:
                parts.append(slot_noise.rounding(self.degree) / source.form.scale * source.gain)
        return math.hypot(*parts)

    def independent_std(self, *, private: bool) -> float:
        """Return the noise of the last rescaling, and of the encryptions of zero before it."""
        last = self.stages[-1].sum
        rounded, zero = 0.0, 0.0
        if last.raw.level > last.form.level:
            rounded = slot_noise.rounding(self.degree, last.form.polynomials) / last.form.scale
        if private:
            above = (*self.parameters.coeff_modulus[last.raw.level :], None)
            zero = slot_noise.public_zero(self.degree, last.form.polynomials, above[0]) / last.raw.scale
        return math.hypot(rounded, zero)

    def loss(self, left: float, *, private: bool) -> Loss | None:
        """Return what the response drops and adds within a deviation of `left`, None if there is no room.

        The loss counts noise only.
        """
        form, dependent = self.stages[-1].sum.form, self.dependent_std()
        made = math.hypot(dependent, self.independent_std(private=private))
        if left <= made:
            return None
        allowed = math.sqrt(left**2 - made**2)
        room = allowed / (4 if private else 1) * form.scale
        dropped = slot_noise.most_dropped_bits(self.degree, form.polynomials, room)
        spent = slot_noise.dropped(self.degree, form.polynomials, dropped) / form.scale
        if not private:
            return Loss(dropped, None, None, SIGMAS * math.hypot(made, spent))
        flood = math.sqrt(allowed**2 - spent**2)
        coefficient = flood * form.scale / slot_noise.from_coefficients(self.degree, 1.0)
        return Loss(dropped, math.log2(coefficient), math.log2(flood / dependent), SIGMAS * left)


@np.errstate(over="ignore", invalid="ignore")
def find(probe: Probe, shapes: tuple[Layer, ...], degree: int, wish: Wish) -> tuple[Network, Loss]:
    """Return the network with the fewest bits of this degree that meets a wish, and what its response loses.

    Raises Infeasible when there is none.
    """
    best: tuple[Network, Loss] | None = None
    refusal = Infeasible("rounding leaves no room for an error this small")
    for share in SHARES:
        try:
            best = _balance(probe, shapes, degree, wish, share, best[0].parameters.total_bits if best else math.inf)
        except Infeasible as reason:
            refusal = reason
        except ArithmeticError:
            refusal = Infeasible("scales and values of this network are beyond all bounds")
    if best is None:
        raise refusal
    return best


def _balance(
    probe: Probe, shapes: tuple[Layer, ...], degree: int, wish: Wish, share: float, most: float
) -> tuple[Network, Loss]:
    """Return the network whose rounded weights take about the given share of the error.

    Raises Infeasible when there is none, or none of at most so many bits.
    """
    highest = max(exponent for shape in shapes for exponent in (1, *shape.exponents))
    relinearize = highest > (1 if len(shapes) > 1 else 2)
    weight_bits, lost = probe.weight_bits(wish.error * share)
    std = (wish.error - lost) / SIGMAS
    flooding_bits = wish.flooding_bits(degree, probe.circuit.outputs)
    each = std * 2.0**-flooding_bits / math.sqrt(2 + sum(len(shape.exponents) for shape in shapes))

    def laid(profile: Profile, each: float) -> tuple[Parameters, Scheduler]:
        parameters, scheduler = Chain(shapes, profile, degree, weight_bits, relinearize, each, std / 4).lay()
        if parameters.total_bits > most:
            raise Infeasible("another share of the error takes fewer bits")
        return parameters, scheduler

    laid(probe.sketch(weight_bits), each)  # whether the share is worth a profile of its own
    profile = probe.profile(weight_bits)
    for _ in range(6):
        parameters, scheduler = laid(profile, each)
        network = Network(parameters, scheduler, scheduler.stages(shapes), profile)
        rounding = probe.rounding_error(network.weight_scales([weight.shape[1] for weight in probe.weights]))
        loss = network.loss((wish.error - rounding) / SIGMAS, private=wish.privacy == "private")
        if loss and (loss.flooding_bits is None or loss.flooding_bits >= flooding_bits):
            return network, replace(loss, error=loss.error + rounding)
        each *= math.sqrt(0.5)
    raise Infeasible("rounding leaves no room for an error this small")
