"""Linear circuits by coefficient packing: one plaintext product a result, no evaluation keys."""

import numpy as np

from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.embedding import to_slots
from sealdrop_core.evaluation.inputs import ciphertexts
from sealdrop_core.evaluation.keys import EvaluationKeys
from sealdrop_core.evaluation.response import Responder
from sealdrop_core.lifting import lifted
from sealdrop_core.packing.coefficient import pack_bias, pack_weights, positions, round_weights
from sealdrop_core.plan import CoefficientLayout, Plan
from sealdrop_core.seal import Ciphertext, Plaintext, Ring


class CoefficientExecutor:
    """Weights and bias of one circuit, encoded once."""

    def __init__(self, ring: Ring, circuit: Circuit, plan: Plan, layout: CoefficientLayout) -> None:
        self.ring, self.plan, self.layout = ring, plan, layout
        self.responder = Responder(ring, plan)
        affine = lifted(circuit, layout.monomials)
        polynomials = pack_weights(round_weights(affine.dense(), plan.weight_scale_log2), layout, ring.degree)
        self.weights = [
            [(index, self._encode(one, plan.weight_scale_log2)) for index, one in enumerate(row) if one.any()]
            for row in polynomials
        ]
        bias = np.rint(affine.bias * 2.0**plan.output_scale_log2)
        self.bias = [self._encode(one, plan.output_scale_log2) for one in pack_bias(bias, layout, ring.degree)]

    def _encode(self, coefficients: Array, scale_log2: float) -> Plaintext:
        scale = 2.0**scale_log2
        return self.ring.encode((to_slots(coefficients) / scale).tolist(), len(self.ring.primes), scale)

    def evaluate(self, block: memoryview, rows: int, keys: EvaluationKeys) -> bytes:
        """Return the result of one block of `rows` rows."""
        inputs = list(ciphertexts(self.ring, self.plan, block))
        results = []
        for result in range(self.layout.results):
            total = self._multiply(inputs, result)
            if self.plan.response.private:
                self.responder.rerandomize(total, keys.encryptor)
            results.append(self.responder.residues(total, positions(self.layout, rows, result)))
        return self.responder.pack(results)

    def _multiply(self, inputs: list[Ciphertext], result: int) -> Ciphertext:
        evaluator = self.ring.evaluator
        total, term = Ciphertext(), Ciphertext()
        (first, plain), *others = self.weights[result]
        evaluator.multiply_plain(inputs[first], plain, total)
        for index, plain in others:
            evaluator.multiply_plain(inputs[index], plain, term)
            evaluator.add_inplace(total, term)
        evaluator.add_plain_inplace(total, self.bias[result])
        return total
