"""Column packing: affine layers as sums of scalar products, polynomial layers as powers of ciphertexts."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from sealdrop_core.circuit import Circuit
from sealdrop_core.evaluation.blocks import blocks, groups
from sealdrop_core.evaluation.dense import Sums, dense
from sealdrop_core.evaluation.inputs import Inputs
from sealdrop_core.evaluation.keys import EvaluationKeys
from sealdrop_core.evaluation.rescaling import lowered
from sealdrop_core.evaluation.response import Responder
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.lifting import lifted
from sealdrop_core.packing.column import positions
from sealdrop_core.plan import Plan
from sealdrop_core.powers import expand
from sealdrop_core.residues import Words
from sealdrop_core.schedule import Form, Power, Scheduler, layers
from sealdrop_core.seal import Ciphertext, Ring

UNITS = 64  # of a layer at a time: their powers are added to the sums they go into, and forgotten


class ColumnExecutor:
    """The integer weights of one circuit, and the schedule its ciphertexts follow."""

    def __init__(self, ring: Ring, circuit: Circuit, plan: Plan, layout: ColumnLayout) -> None:
        self.ring, self.plan, self.layout = ring, plan, layout
        self.responder = Responder(ring, plan)
        if layout.encoding == "coefficient":  # where only sums can be computed
            circuit = Circuit([lifted(circuit, ())])
        self.stages = Scheduler.of(plan).stages(layers(circuit))
        affines = expand(circuit)
        self.biases = [affine.bias.tolist() for affine in affines]
        self.weights = [
            blocks(affine, np.repeat(stage.sum.weight_scales, affine.features // len(stage.sum.inputs)))
            for affine, stage in zip(affines, self.stages, strict=True)
        ]

    def evaluate(self, block: memoryview, rows: int, keys: EvaluationKeys) -> bytes:
        """Return the result of one block of `rows` rows."""
        inputs, hidden = Inputs(self.ring, self.plan, block), len(self.stages) - 1
        parts: Iterable[Sums] = self._first(inputs, UNITS if hidden else self.layout.outputs)
        for index in range(hidden):
            parts = [self._following(index, parts, keys)]
        (totals,) = parts
        inputs.check_unread()
        return self.responder.pack([self._response(output, totals[output], rows, keys) for output in sorted(totals)])

    def _first(self, inputs: Inputs, least: int) -> Iterator[Sums]:
        """Yield the sums of the first layer, of `least` units at a time or more."""
        for weights in groups(self.weights[0], least):
            sums: Sums = {}
            dense(self.ring, inputs, weights, self.stages[0].sum.raw, sums)
            yield sums

    def _following(self, index: int, parts: Iterable[Sums], keys: EvaluationKeys) -> Sums:
        """Return the sums of the next layer from those of a hidden one, which are used up."""
        sums: Sums = {}
        for part in parts:
            units = sorted(part)
            for start in range(0, len(units), UNITS):
                some = units[start : start + UNITS]
                powers = [self._powers(index, unit, part.pop(unit), keys) for unit in some]
                self._add(index, some, powers, sums)
        return sums

    def _add(self, index: int, units: Sequence[int], powers: Sequence[Sequence[Ciphertext]], sums: Sums) -> None:
        """Add the powers of some units of a hidden layer, times their weights, to the sums of the next."""
        following, width = self.stages[index + 1].sum, len(self.biases[index])
        values = [self._lifted(each[at], lift) for at, lift in enumerate(following.lifts) for each in powers]
        read = np.concatenate([np.array(units) + at * width for at in range(len(following.lifts))])
        weights = [block.reading(read) for block in self.weights[index + 1]]
        dense(self.ring, values, weights, following.raw, sums)

    def _lifted(self, value: Ciphertext, lift: int) -> Ciphertext:
        if lift == 1:
            return value
        product = Ciphertext()
        self.ring.evaluator.multiply_plain(value, self.ring.integer(lift, value.coeff_modulus_size()), product)
        return product

    def _powers(self, index: int, unit: int, total: Ciphertext, keys: EvaluationKeys) -> list[Ciphertext]:
        """Return the powers of one unit that the next layer reads."""
        stage, bias = self.stages[index], self.biases[index][unit]
        self._settle(total, stage.sum.raw)
        self._relinearize(total, stage.sum.raw, stage.sum.form, keys)
        self._rescale(total, stage.sum.raw, stage.sum.form)
        self._shift(total, bias, stage.sum.form)
        found = {1: total}
        for power in stage.powers:
            first, second = (found[factor] for factor in power.factors)
            found[power.exponent] = self._product(power, first, second, keys)
        return [found[exponent] for exponent in stage.exponents]

    def _product(self, power: Power, first: Ciphertext, second: Ciphertext, keys: EvaluationKeys) -> Ciphertext:
        evaluator, product = self.ring.evaluator, Ciphertext()
        if first is second:
            evaluator.square(first, product)
        else:
            evaluator.multiply(*(lowered(self.ring, value, power.raw.level) for value in (first, second)), product)
        self._relinearize(product, power.raw, power.form, keys)
        self._rescale(product, power.raw, power.form)
        return product

    def _relinearize(self, value: Ciphertext, raw: Form, form: Form, keys: EvaluationKeys) -> None:
        if form.polynomials < raw.polynomials:
            self.ring.evaluator.relinearize_inplace(value, keys.relinearization)

    def _rescale(self, value: Ciphertext, raw: Form, form: Form) -> None:
        for _ in range(raw.level - form.level):
            self.ring.evaluator.rescale_to_next_inplace(value)
        self._settle(value, form)

    def _settle(self, value: Ciphertext, form: Form) -> None:
        if self.plan.parameters.scheme == "ckks":  # BFV has no scale: what the schedule counts is in the message
            value.scale = form.scale

    def _shift(self, value: Ciphertext, bias: float, form: Form) -> None:
        """Add a bias to every slot, in place."""
        if self.plan.parameters.scheme == "ckks":
            plain = self.ring.encode(bias, form.level, form.scale)
        else:
            plain = self.ring.integer(round(bias * form.scale), form.level)
        self.ring.evaluator.add_plain_inplace(value, plain)

    def _response(self, output: int, value: Ciphertext, rows: int, keys: EvaluationKeys) -> tuple[Words, Words]:
        last, bias = self.stages[-1].sum, self.biases[-1][output]
        self._settle(value, last.raw)
        self._relinearize(value, last.raw, last.form, keys)
        # before it is rescaled: rounding what is random already tells nothing of the weights
        if self.plan.response.private:
            self.responder.rerandomize(value, keys.encryptor)
        self._rescale(value, last.raw, last.form)
        if self.layout.encoding == "slot":
            self._shift(value, bias, last.form)
            return self.responder.residues(value)
        first, rest = self.responder.residues(value, positions(self.layout, rows))
        return self.responder.shifted(first, round(bias * last.form.scale)), rest
