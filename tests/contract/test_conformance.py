"""The deployment on this machine keeps the contract, in this process and under Lambda's own runtime."""

import pytest

from sealdrop.local import RuntimeUnavailable
from tests.contract.deployed import deployment, suite_of

pytest_plugins = ["sealdrop.conformance.plugin"]


RUNTIMES = {"in-process": {"PlaintextBaseline": "on"}, "rie": {}}


@pytest.fixture(scope="module", params=RUNTIMES)
def conformance_suite(request):
    options = {"runtime": request.param, "parameters": RUNTIMES[request.param]}
    try:
        with deployment(**options) as (stack, clock), suite_of(stack, clock) as suite:
            yield suite
    except RuntimeUnavailable as missing:
        pytest.skip(missing.message)


def test_the_protocol(conformance_check):
    conformance_check()
