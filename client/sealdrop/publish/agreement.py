"""Agreement: the published circuit against the owner's model, and ciphertexts against the circuit."""

import hashlib
import warnings
from collections.abc import Sequence

import numpy as np

from sealdrop.keyring import Keyring
from sealdrop.publish import fidelity
from sealdrop.publish.disagreement import lost
from sealdrop.publish.drafting import Draft
from sealdrop.publish.original import answered
from sealdrop.publish.trial import ROWS
from sealdrop_core.circuit import Array
from sealdrop_core.evaluation import Program
from sealdrop_core.manifest import FEW_ROWS, Agreement, Encrypted, HeldOut, Manifest, Output
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import Header, split

SAMPLE, LEAST = 128, 16  # rows
SECONDS = 10.0


class FewCalibrationRows(UserWarning):
    """Few calibration rows: how well a network with fitted activations agrees on other rows is hardly known."""


def _affordable(plans: Sequence[Plan]) -> int:
    """Return how many rows to measure: SAMPLE, or fewer if that would take all plans too long."""
    seconds = sum(plan.quote.milliseconds / plan.layout.rows_per_block for plan in plans) / 1e3
    return max(LEAST, min(SAMPLE, int(SECONDS / seconds) if seconds else SAMPLE))


def encrypted_scores(manifest: Manifest, plan: Plan, weights: bytes, X: Array) -> Array:
    """Seal rows X (rows, features), evaluate them as the service would, and open the scores (rows, outputs)."""
    keyring = Keyring.generate(plan)
    program = Program.load(weights, plan)
    enrolled = keyring.enrollment(plan)
    keys = program.load_keys(split(enrolled, "keys")[1]) if enrolled else None
    sealed = keyring.seal(manifest, plan, X)
    header, body = split(sealed, "input")
    result = program.answer(body, header.rows, keys)
    digest = hashlib.sha256(sealed).hexdigest()
    fields = {**header.fields, "job": "publish", "part": "0", "input": digest, "bytes": str(len(result))}
    answer = Header("result", fields).render() + result
    return keyring.open(manifest, plan, answer, job="publish", part=0, input_sha256=digest)


def measure(draft: Draft, min_agreement: float) -> Agreement:
    """Say how the circuit agrees with the model, from its trial, and how ciphertexts do with the circuit.

    Raises UnsupportedModel (`agreement_too_low`) where both together are less than `min_agreement`, or where the
    published circuit is farther from the model than its trial was. Warns FewCalibrationRows.
    """
    output, plans = draft.manifest.output, draft.manifest.plans
    sample = draft.calibration.sample(_affordable(plans))
    plain = draft.scores(sample.rows)
    opened = [encrypted_scores(draft.manifest, plan, draft.weights, sample.rows) for plan in plans]
    wanted = draft.model.answers(sample.table)
    kept = min(fidelity.agreement(answered(scores, output), wanted, output) for scores in opened)
    loss = max(fidelity.agreement(answered(plain, output), wanted, output) - kept, 0.0)
    circuit = min(draft.trial.score, _circuit(draft))
    if circuit - loss < min_agreement:
        raise lost(circuit, loss, len(plain), min_agreement)
    held_out = draft.trial.card()
    if held_out.few:
        warnings.warn(_few(held_out), FewCalibrationRows, stacklevel=3)
    return Agreement(held_out=held_out, encrypted=_encrypted(opened, plain, output))


def _circuit(draft: Draft) -> float:
    """Return how well the circuit that is published agrees on the rows of its trial, which it was fitted to."""
    rows, output = draft.calibration.sample(ROWS), draft.manifest.output
    return fidelity.agreement(answered(draft.scores(rows.rows), output), draft.model.answers(rows.table), output)


def _few(held_out: HeldOut) -> str:
    return (
        f"{held_out.rows} distinct calibration rows are few to judge fitted activations by: the agreement may be"
        f" {held_out.low:.3f} to {held_out.high:.3f} on rows like these; give {FEW_ROWS} or more"
    )


def _encrypted(opened: Sequence[Array], plain: Array, output: Output) -> Encrypted:
    """Return what encryption costs: opened scores of each plan against plain ones, the worst plan's."""
    wanted = answered(plain, output)
    read = [answered(scores, output) for scores in opened]
    largest = max(float(np.abs(scores - plain).max()) for scores in opened)
    if not fidelity.numeric(output):
        changed = max(int((answers != wanted).reshape(len(plain), -1).any(axis=1).sum()) for answers in read)
        return Encrypted(rows=len(plain), largest_error=largest, changed=changed)
    return Encrypted(
        rows=len(plain),
        largest_error=largest,
        median_error=max(fidelity.median_error(answers, wanted, output) for answers in read),
        relative_error=max(fidelity.relative_error(answers, wanted, output) for answers in read),
    )
