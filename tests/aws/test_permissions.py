"""Every role may do exactly what its function needs: the whole walk needs every grant, and no other is granted."""

from contextlib import ExitStack

import pytest
from botocore.exceptions import ClientError

from cloud.clients import clients
from tests.aws.conftest import needs_sam
from tests.aws.gate import Gate
from tests.aws.roles import FUNCTIONS
from tests.aws.walk import GuardedFunctions, walk

pytestmark = needs_sam


@pytest.fixture
def guarded(deployment):
    """Put a gate before the functions' AWS clients, which judges by some roles."""
    with ExitStack() as gates:

        def put(roles):
            by_role = {deployment.role_of(name): held for name, held in roles.items()}
            gate = Gate(by_role, deployment.names, deployment.key_policy())
            gates.enter_context(gate.guarding(clients()))
            return gate

        yield put


@pytest.fixture
def take(deployment, owner, api, evaluator, settle, rows, later):
    """Take the walk behind a gate."""
    handlers = {"ApiFunction": api, "EvaluateFunction": evaluator, "SettleFunction": settle}
    return lambda gate: walk(GuardedFunctions(gate, deployment, handlers), owner, rows, later)


def test_the_walk_needs_every_grant_and_no_more(guarded, take, deployment, roles):
    gate = guarded(roles)
    take(gate)
    assert gate.refused == []
    assert [gate.spare(deployment.role_of(function)) for function in FUNCTIONS] == [[], [], []]


@pytest.mark.parametrize(
    ("function", "action"),
    [
        ("ApiFunction", "dynamodb:PutItem"),
        ("EvaluateFunction", "s3:PutObject"),
        ("EvaluateFunction", "s3:ListBucket"),
        ("SettleFunction", "s3:DeleteObjectVersion"),
    ],
)
def test_the_walk_breaks_where_a_grant_is_taken_away(guarded, take, deployment, roles, function, action):
    left = tuple(grant for grant in roles[function] if grant.action != action)
    assert len(left) < len(roles[function])
    gate = guarded(roles | {function: left})
    with pytest.raises((AssertionError, ClientError, KeyError)):
        take(gate)
    assert gate.refused
    assert {(role, ask.action) for role, ask in gate.refused} == {(deployment.role_of(function), action)}
