"""Column packing: affine layers as sums of scalar products, polynomial layers as powers of ciphertexts."""

from collections.abc import Sequence

import numpy as np

from sealdrop_core.circuit import Circuit
from sealdrop_core.evaluation.blocks import Block, blocks
from sealdrop_core.evaluation.dense import Sums, add, dense
from sealdrop_core.evaluation.inputs import ciphertexts
from sealdrop_core.evaluation.keys import EvaluationKeys
from sealdrop_core.evaluation.response import Responder
from sealdrop_core.layouts import ColumnLayout
from sealdrop_core.lifting import lifted
from sealdrop_core.packing.column import positions
from sealdrop_core.plan import Plan
from sealdrop_core.powers import expand
from sealdrop_core.residues import Words
from sealdrop_core.schedule import Form, Power, Scheduler, Stage, Sum, layers
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
        inputs = list(ciphertexts(self.ring, self.plan, block))
        totals: Sums = {}
        for index in range(len(self.stages) - 1):
            totals = self._hidden(index, inputs, totals, keys)
        totals = totals or self._sums(self.stages[0].sum, inputs, self.weights[0])
        return self.responder.pack([self._response(output, totals[output], rows, keys) for output in sorted(totals)])

    def _hidden(self, index: int, inputs: Sequence[Ciphertext], totals: Sums, keys: EvaluationKeys) -> Sums:
        """Return the sums of the next layer; the first layer's are made here, a few at a time, from the inputs."""
        stage, following, width = self.stages[index], self.stages[index + 1].sum, len(self.biases[index])
        together = np.concatenate([one.outputs for one in self.weights[index]])  # those that read the same inputs
        added: Sums = {}
        for start in range(0, width, UNITS):
            units = np.sort(together[start : start + UNITS])
            if index == 0:
                totals = self._sums(stage.sum, inputs, [one.giving(units) for one in self.weights[0]])
            powers = [self._powers(stage, totals.pop(unit), self.biases[index][unit], keys) for unit in units.tolist()]
            values = [each[at] for at in range(len(stage.exponents)) for each in powers]
            read = np.concatenate([units + at * width for at in range(len(stage.exponents))])
            part = self._sums(following, values, [one.reading(read) for one in self.weights[index + 1]])
            self._add(added, part)
        return added

    def _sums(self, total: Sum, inputs: Sequence[Ciphertext], weights: Sequence[Block]) -> Sums:
        each = len(inputs) // len(total.inputs)
        lifted = [self._lifted(value, total.lifts[at // each]) for at, value in enumerate(inputs)]
        sums = dense(self.ring, lifted, weights, total.raw.level)
        for one in sums.values():
            self._settle(one, total.raw)
        return sums

    def _add(self, totals: Sums, part: Sums) -> None:
        for output, value in part.items():
            if output in totals:
                add(self.ring, totals[output], value)
            else:
                totals[output] = value

    def _lifted(self, value: Ciphertext, lift: int) -> Ciphertext:
        if lift == 1:
            return value
        product = Ciphertext()
        self.ring.evaluator.multiply_plain(value, self.ring.integer(lift, value.coeff_modulus_size()), product)
        return product

    def _powers(self, stage: Stage, total: Ciphertext, bias: float, keys: EvaluationKeys) -> list[Ciphertext]:
        """Return the powers of one unit that the next layer reads."""
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
            evaluator.multiply(*(self._lowered(value, power.raw.level) for value in (first, second)), product)
        self._relinearize(product, power.raw, power.form, keys)
        self._rescale(product, power.raw, power.form)
        return product

    def _lowered(self, value: Ciphertext, level: int) -> Ciphertext:
        if value.coeff_modulus_size() == level:
            return value
        lowered = Ciphertext()
        self.ring.evaluator.mod_switch_to(value, self.ring.parms_id(level), lowered)
        return lowered

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
