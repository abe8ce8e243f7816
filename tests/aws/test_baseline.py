"""The baseline's role: it reads models, where there is a baseline at all, and can do nothing else."""

import json

import pytest

from cloud.clients import clients
from tests.aws.asks import logging
from tests.aws.conftest import needs_sam
from tests.aws.gate import Gate
from tests.aws.policy import Ask
from tests.aws.roles import Deployment, created
from tests.aws.test_forbidden import NEVER, OBJECT, TABLE, TENANT
from tests.functions.events import Context

pytestmark = needs_sam


@pytest.fixture(scope="module")
def compared():
    return Deployment(PlaintextBaseline="on")


@pytest.fixture(scope="module")
def role(compared):
    return created(compared)[compared.role_of("BaselineFunction")]


def test_it_exists_only_where_it_is_asked_for():
    assert not [
        name
        for kind in ("AWS::Lambda::Function", "AWS::IAM::Role")
        for name, _ in Deployment().of_type(kind)
        if "Baseline" in name
    ]


def test_it_needs_every_grant_and_no_more(compared, role, model, rows):
    from baseline.app import handler

    name = compared.role_of("BaselineFunction")
    gate = Gate({name: role}, compared.names, compared.key_policy())
    gate.judge(name, logging(compared.log_group_of("BaselineFunction")), "Invoke")
    with gate.guarding(clients()), gate.acting(name):
        for reference in ("linear", "linear@1"):
            claims = {"iss": "https://login.example.org/", "sub": "alice"}
            request = {"requestId": "r", "authorizer": {"jwt": {"claims": claims}}}
            body = json.dumps({"rows": rows.tolist()})
            event = {"requestContext": request, "pathParameters": {"reference": reference}, "body": body}
            assert handler(event, Context())["statusCode"] == 200
    assert (gate.refused, gate.spare(name)) == ([], [])


def test_it_never_does_what_no_function_may_nor_touches_a_tenants_things(compared, role):
    gate = Gate({}, compared.names, compared.key_policy())
    forbidden = [ask for asks in NEVER["SettleFunction"].values() for ask in asks if "/models/" not in ask.resource]
    forbidden += [ask for asks in NEVER["EvaluateFunction"].values() for ask in asks]
    forbidden += [Ask.of("dynamodb:GetItem", TABLE, dynamodb__LeadingKeys=f"T#{TENANT}")]
    forbidden += [Ask.of("s3:GetObject", OBJECT.format(f"inputs/{TENANT}/j/000000"), s3__authType="REST-HEADER")]
    for ask in forbidden:
        assert not gate.allows(role, ask), ask
