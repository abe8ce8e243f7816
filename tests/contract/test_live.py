"""A deployment on this machine, asked at random by schemathesis and sentence by sentence from the command line."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from typer.testing import CliRunner

from sealdrop.cli.app import app
from sealdrop_core.errors import NotFound
from tests.contract.deployed import deployment
from tests.contract.documents.openapi import FILE

EXAMPLES = 60  # of each operation
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_path(FILE).get_all_operations()]
# what is of the right form may still be refused; that nobody is answered without an identity is a sentence of the suite
EXCLUDED = [positive_data_acceptance, ignored_auth]


@pytest.fixture(scope="module")
def live():
    with deployment() as (stack, _):
        yield stack


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_whatever_is_asked_is_answered_by_the_contract(operation, live):
    headers = {"authorization": f"Bearer {live.token('random')}"}

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=HealthCheck)
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def ask(case):
        case.call_and_validate(base_url=live.url, headers=headers, excluded_checks=EXCLUDED)

    ask()


@pytest.fixture
def command(live, monkeypatch):
    monkeypatch.setenv("SEALDROP_TOKEN", live.token("carol"))
    monkeypatch.setenv("SEALDROP_OTHER_TOKEN", live.token("dave"))
    return lambda *options: CliRunner().invoke(app, ["conformance", live.url, *options])


def test_a_conforming_deployment_ends_with_exit_code_0(command):
    result = command("--json", "--chapter", "discovery", "--chapter", "isolation", "--chapter", "expiry")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["counts"] == {"passed": 12, "skipped": 1}
    assert {check["verdict"] for check in told["checks"] if check["chapter"] == "isolation"} == {"passed"}


def test_a_violation_is_told_and_ends_with_exit_code_1(command, monkeypatch):
    monkeypatch.setattr(NotFound, "status", 410)
    result = command("--chapter", "refusals", "--model", "square")
    assert result.exit_code == 1
    assert "(410, 'not_found') where (404, 'not_found') is due" in result.stdout
