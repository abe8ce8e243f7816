"""Agreement: the published circuit against the owner's model, on calibration rows that are really encrypted."""

import hashlib
from collections.abc import Sequence

import numpy as np

from sealdrop.keyring import Keyring
from sealdrop.publish.drafting import Draft
from sealdrop.publish.fitting import too_low
from sealdrop.publish.original import answered, probability_errors, score
from sealdrop_core.circuit import Array
from sealdrop_core.evaluation import Program
from sealdrop_core.manifest import Agreement, Manifest
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import Header, split

SAMPLE, LEAST = 128, 16  # rows
SECONDS = 10.0
LOST = 1e-3  # of agreement, to noise that is within the promised error
SHARPEN = "Ask for a smaller error; publish targets of very different sizes one by one."


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
    """Compare what a data owner reads from ciphertexts, by the worst of all plans, with the model's own answers.

    The circuit agrees on all calibration rows, or there would be no draft; what is refused here, with UnsupportedModel
    (`agreement_too_low`), is an encryption that loses rows which the circuit itself gets right.
    """
    manifest, network, output = draft.manifest, draft.model.compiled.network, draft.manifest.output
    sample = draft.calibration.sample(_affordable(manifest.plans))
    wanted = draft.model.answers(sample.table)
    opened = [encrypted_scores(manifest, plan, draft.weights, sample.rows) for plan in manifest.plans]
    found = min(score(answered(scores, output), wanted, output) for scores in opened)
    own = score(answered(draft.scores(sample.rows), output), wanted, output)
    if found < min(min_agreement, own - LOST):
        raise too_low(found, min_agreement, SHARPEN)
    exact = network.evaluate(sample.rows)
    off = [probability_errors(scores, exact, output) for scores in opened]
    return Agreement(
        rows=len(sample.rows),
        score=found,
        largest_error=max(float(np.abs(scores - exact).max()) for scores in opened),
        largest_probability_error=max((float(each.max()) for each in off if each is not None), default=None),
    )
