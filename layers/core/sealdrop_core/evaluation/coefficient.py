"""Linear circuits by coefficient packing: one plaintext product a result, no evaluation keys."""

import numpy as np

from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.evaluation.inputs import ciphertexts
from sealdrop_core.evaluation.keys import EvaluationKeys
from sealdrop_core.evaluation.response import Responder
from sealdrop_core.layouts import CoefficientLayout
from sealdrop_core.lifting import lifted
from sealdrop_core.packing.coefficient import pack_bias, pack_weights, positions, round_weights
from sealdrop_core.plan import Plan
from sealdrop_core.seal import Ciphertext, Plaintext, Ring


class CoefficientExecutor:
    """Weights and bias of one circuit, encoded once."""

    def __init__(self, ring: Ring, circuit: Circuit, plan: Plan, layout: CoefficientLayout) -> None:
        self.ring, self.plan, self.layout = ring, plan, layout
        self.responder = Responder(ring, plan)
        affine = lifted(circuit, layout.monomials)
        polynomials = pack_weights(round_weights(affine.dense(), plan.weight_scale_log2), layout, ring.degree)
        self.weights = [
            [(index, self._weights(one)) for index, one in enumerate(row) if one.any()] for row in polynomials
        ]
        level, scale = len(ring.primes), 2.0**plan.output_scale_log2
        bias = np.rint(affine.bias * scale)
        self.bias = [ring.polynomial(one, level, scale) for one in pack_bias(bias, layout, ring.degree)]

    @property
    def _exact(self) -> bool:
        return self.plan.parameters.scheme == "bfv"

    def _weights(self, coefficients: Array) -> Plaintext:
        level = len(self.ring.primes)
        plain = self.ring.polynomial(coefficients, level, 2.0**self.plan.weight_scale_log2)
        if self._exact:  # products are quick in NTT form, which CKKS never leaves
            self.ring.evaluator.transform_to_ntt_inplace(plain, self.ring.parms_id(level))
        return plain

    def evaluate(self, block: memoryview, rows: int, keys: EvaluationKeys) -> bytes:
        """Return the result of one block of `rows` rows."""
        inputs = list(ciphertexts(self.ring, self.plan, block))
        if self._exact:
            for one in inputs:
                self.ring.evaluator.transform_to_ntt_inplace(one)
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
        if self._exact:
            evaluator.transform_from_ntt_inplace(total)
        evaluator.add_plain_inplace(total, self.bias[result])
        return total
