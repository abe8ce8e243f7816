"""The schedule of a circuit in column packing: the level and the exact scale of every ciphertext on the way.

Affine layers take scalar weights, so each weight can be encoded at whatever scale brings its input to the scale of the
sum; polynomial layers are powers. A product of two ciphertexts has three polynomials. It is never rescaled like that,
since the rounding error would be multiplied by the square of the secret: it is relinearized first, or, when it feeds
an affine layer with fewer outputs than it has units, left as it is until after the sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from sealdrop_core.circuit import Circuit
from sealdrop_core.errors import InvalidRequest
from sealdrop_core.plan import Plan
from sealdrop_core.powers import exponents, factors, products


@dataclass(frozen=True)
class Form:
    """What all ciphertexts of one power of one layer share. A level is the number of data primes left."""

    level: int
    scale: float
    polynomials: int = 2


@dataclass(frozen=True)
class Power:
    """z^exponent as a product of two lower powers, as it is multiplied (`raw`) and as it is used (`form`)."""

    exponent: int
    factors: tuple[int, int]
    raw: Form
    form: Form


@dataclass(frozen=True)
class Sum:
    """An affine layer: each of `inputs` is multiplied by an integer `lift`, then by its integer weights, and added."""

    inputs: tuple[Form, ...]
    lifts: tuple[int, ...]
    raw: Form
    form: Form

    @property
    def weight_scales(self) -> tuple[float, ...]:
        """What the weights of each input are multiplied by before they are rounded."""
        return tuple(self.raw.scale / (one.scale * lift) for one, lift in zip(self.inputs, self.lifts, strict=True))


@dataclass(frozen=True)
class Stage:
    """An affine layer, the powers multiplied after it, and which of them the next layer reads."""

    sum: Sum
    powers: tuple[Power, ...] = ()
    exponents: tuple[int, ...] = ()


@dataclass(frozen=True)
class Layer:
    """A polynomial layer's shape: the powers it uses, its units, and the outputs of the affine layer after it."""

    exponents: tuple[int, ...]
    units: int
    outputs: int


def layers(circuit: Circuit) -> tuple[Layer, ...]:
    """Return the shapes of a circuit's polynomial layers."""
    around = zip(circuit.affines, circuit.polynomials, circuit.affines[1:], strict=False)
    return tuple(Layer(exponents(middle), before.outputs, after.outputs) for before, middle, after in around)


@dataclass(frozen=True)
class Scheduler:
    """What a schedule follows from besides the circuit. `primes` are the data primes, those rescaled by last first."""

    primes: Sequence[float]
    input_scale: float
    weight_scale: float
    output_scale: float
    relinearize: bool = False
    rescale: bool = True

    @classmethod
    def of(cls, plan: Plan) -> "Scheduler":
        """Return what a plan fixes."""
        return cls(
            primes=plan.parameters.data_primes,
            input_scale=2.0**plan.input_scale_log2,
            weight_scale=2.0**plan.weight_scale_log2,
            output_scale=2.0**plan.output_scale_log2,
            relinearize=plan.keys.relinearization,
            rescale=plan.parameters.scheme == "ckks",
        )

    def stages(self, shapes: Sequence[Layer]) -> tuple[Stage, ...]:
        """Return the stages of a circuit of this shape.

        Raises InvalidRequest (`malformed_weights`) when it needs more levels, or relinearization keys.
        """
        inputs: tuple[Form, ...] = (Form(len(self.primes), self.input_scale),)
        found = []
        for shape in shapes:
            total = self._sum(inputs)
            forms = {1: total.form}
            powers = tuple(self._powers(shape, forms))
            found.append(Stage(total, powers, shape.exponents))
            inputs = tuple(forms[exponent] for exponent in shape.exponents)
        return *found, Stage(self._last(inputs))

    def _sum(self, inputs: tuple[Form, ...]) -> Sum:
        level, polynomials = min(one.level for one in inputs), max(one.polynomials for one in inputs)
        raw = Form(level, max(one.scale for one in inputs) * self.weight_scale, polynomials)
        return Sum(inputs, _lifts(inputs), raw, self._reduced(raw) if polynomials > 2 else raw)

    def _last(self, inputs: tuple[Form, ...]) -> Sum:
        level, polynomials = min(one.level for one in inputs), max(one.polynomials for one in inputs)
        divisor = prod(self.primes[1:level]) if self.rescale else 1
        raw = Form(level, self.output_scale * divisor, polynomials)
        left = Form(1 if self.rescale else level, self.output_scale, 2 if self.relinearize else polynomials)
        return Sum(inputs, _lifts(inputs), raw, left)

    def _powers(self, shape: Layer, forms: dict[int, Form]) -> "list[Power]":
        needed = products(shape.exponents)
        inner = {factor for exponent in needed for factor in factors(exponent)}
        leaves = [exponent for exponent in needed if exponent not in inner]
        lazy = not self.relinearize or shape.outputs <= shape.units * len(leaves)
        found = []
        for exponent in needed:
            raw = _product(forms, factors(exponent))
            forms[exponent] = raw if lazy and exponent in leaves else self._reduced(raw)
            found.append(Power(exponent, factors(exponent), raw, forms[exponent]))
        return found

    def _reduced(self, raw: Form) -> Form:
        """Relinearized and rescaled by one prime."""
        if not self.relinearize or raw.level < 2:
            raise InvalidRequest("the plan lacks keys or levels that this circuit needs", code="malformed_weights")
        return Form(raw.level - 1, raw.scale / self.primes[raw.level - 1])


def _product(forms: Mapping[int, Form], pair: tuple[int, int]) -> Form:
    first, second = forms[pair[0]], forms[pair[1]]
    return Form(min(first.level, second.level), first.scale * second.scale, 3)


def _lifts(inputs: tuple[Form, ...]) -> tuple[int, ...]:
    """Integers that bring all inputs to about the largest scale, so that no weight needs more bits than another."""
    top = max(one.scale for one in inputs)
    return tuple(max(1, round(top / one.scale)) for one in inputs)
