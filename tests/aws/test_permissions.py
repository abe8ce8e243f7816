"""Every role may do exactly what its room needs: the whole walk needs every grant, and nothing beside it is granted."""

import itertools

import pytest

from cloud.clients import clients
from tests.aws.conftest import needs_sam
from tests.aws.gate import Gate
from tests.aws.roles import Deployment, created
from tests.aws.walk import Rooms, walk

pytestmark = needs_sam
FUNCTIONS = ("ApiFunction", "EvaluateFunction", "SettleFunction")


@pytest.fixture(scope="module")
def deployment():
    return Deployment()


@pytest.fixture(scope="module")
def roles(deployment):
    """What each function's role was granted, by function."""
    held = created(deployment)
    return {function: held[deployment.role_of(function)] for function in FUNCTIONS}


@pytest.fixture
def take(deployment, owner, api, evaluator, settle, rows, later):
    """Take the walk under some roles; return the gate that watched."""
    gates = []

    def taken(roles):
        by_role = {deployment.role_of(name): held for name, held in roles.items()}
        gate = Gate(by_role, deployment.names, deployment.key_policy())
        gates.append(gate)
        for client in clients():
            gate.guard(client)
        handlers = {"ApiFunction": api, "EvaluateFunction": evaluator, "SettleFunction": settle}
        walk(Rooms(gate, deployment, handlers), owner, rows, later)
        return gate

    yield taken
    for gate, client in itertools.product(gates, clients()):
        gate.release(client)


def test_the_walk_needs_every_grant_and_no_more(take, deployment, roles):
    gate = take(roles)
    assert gate.refused == []
    assert [spare for function in FUNCTIONS for spare in _spare(gate, function, deployment, roles[function])] == []


def _spare(gate, function, deployment, held):
    """Name the grants that can be taken away without anything the walk asked for being refused."""
    asked = gate.asked[deployment.role_of(function)]
    for grant in held:
        without = [other for other in held if other is not grant]
        if all(gate.allows(without, ask) for ask in asked):
            yield f"{function}: {grant}"
