"""The plaintext baseline, where a stack has one: its role needs all it is granted, and reaches models only."""

import json

import numpy as np
import pytest

from cloud import models
from cloud.clients import clients
from tests.aws.asks import logging
from tests.aws.conftest import needs_sam
from tests.aws.gate import Gate
from tests.aws.policy import Ask
from tests.aws.roles import Deployment, created
from tests.functions.events import Context, load

pytestmark = needs_sam
FUNCTION = "BaselineFunction"


@pytest.fixture(scope="module")
def compared():
    """A deployment that answers rows in the clear as well."""
    return Deployment(PlaintextBaseline="on")


@pytest.fixture(scope="module")
def held(compared):
    return created(compared)[compared.role_of(FUNCTION)]


@pytest.fixture
def gate(compared, held, aws):
    watching = Gate({compared.role_of(FUNCTION): held}, compared.names, compared.key_policy())
    for client in clients():
        watching.guard(client)
    yield watching
    for client in clients():
        watching.release(client)


def _ask(gate, deployment, reference, rows):
    from baseline import plaintext
    from baseline.app import handler

    for cached in (models.manifest, models.manifest_bytes, models._weights, plaintext._circuit):
        cached.cache_clear()
    event = load("api-describe-model")
    event["pathParameters"] = {"reference": reference}
    event["body"] = json.dumps({"rows": rows.tolist()})
    role = deployment.role_of(FUNCTION)
    gate.judge(role, logging(deployment.log_group_of(FUNCTION)), "Invoke")
    with gate.acting(role):
        answer = handler(event, Context())
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])["scores"]


def test_its_role_needs_every_grant_and_no_more(gate, compared, held, model, rows):
    for reference in ("linear", "linear@1"):
        np.testing.assert_allclose(_ask(gate, compared, reference, rows), model.circuit.evaluate(rows), atol=1e-9)
    assert gate.refused == []
    asked = gate.asked[compared.role_of(FUNCTION)]
    for grant in held:
        without = [other for other in held if other is not grant]
        assert not all(gate.allows(without, ask) for ask in asked), f"it never needs {grant}"


@pytest.mark.parametrize("prefix", ["inputs", "results", "keys"])
def test_it_reaches_nothing_of_a_tenant(gate, compared, held, prefix):
    for action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObjectVersion"):
        assert not gate.allows(held, Ask(action, f"{compared.names.bucket}/{prefix}/t/x"))
    for action in ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"):
        assert not gate.allows(held, Ask.of(action, compared.names.table, dynamodb__LeadingKeys="T#t"))


def test_there_is_none_unless_it_is_asked_for(deployment):
    assert FUNCTION not in dict(deployment.of_type("AWS::Lambda::Function"))
