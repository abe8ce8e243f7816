"""One part's way through the evaluator."""

import hashlib

import numpy as np
import pytest

from tests.functions.events import BUCKET, load


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("many", [False, True])
def test_rows_come_back_as_their_scores(owner, linear, rows, private, many):
    plan = linear.plan(private=private, many=many)
    job, uploaded = owner.send(plan, rows)
    assert owner.deliver(uploaded) == []
    shown = owner.follow(job)
    assert (shown["job"]["state"], shown["job"]["succeeded"], shown["job"]["failed"]) == ("succeeded", 1, 0)
    sealed = owner.aws.s3.get_object(Bucket=BUCKET, Key=uploaded[0])["Body"].read()
    scores = owner.open(plan, job, hashlib.sha256(sealed).hexdigest())
    np.testing.assert_allclose(scores, linear.circuit.evaluate(rows), atol=2.0**-9)
