"""Every documented code is said by the real handlers, where the contract says it is, with its status."""

import pytest
from jsonschema import Draft202012Validator

from tests.contract.documents import codes, openapi
from tests.contract.test_documents import SCHEMAS
from tests.contract.ways import answers, jobs, parts  # noqa: F401  # they register
from tests.contract.ways.world import WAYS, World

PROBLEM, PAGE = Draft202012Validator(SCHEMAS["problem"]), Draft202012Validator(SCHEMAS["job-page"])


@pytest.fixture
def world(owner, pool, linear, rows, settle, later, monkeypatch):
    plans = linear.plan(many=True), linear.plan(private=True, many=True)
    return World(owner, pool, *plans, rows, settle, later, monkeypatch)


def test_there_is_a_way_to_every_documented_code():
    assert WAYS.keys() == {(said, code) for code, places in codes.SAID.items() for said in places}


@pytest.mark.parametrize("code", [code for said, code in WAYS if said == "answer"])
def test_an_answer_says_it_with_its_status(world, code):
    answer = WAYS["answer", code](world)
    PROBLEM.validate(answer.json)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json["code"], answer.json["status"]) == (code, answer.status)
    assert answer.status == codes.answers()[code]
    assert answer.json["retryable"] == ("retry-after" in answer.headers) == (code == "unavailable")


@pytest.mark.parametrize("code", [code for said, code in WAYS if said == "part"])
def test_a_part_says_it(world, code):
    part = WAYS["part", code](world)
    assert (part["state"], part["error"]["code"]) == ("failed", code)
    assert part["error"]["remedy"]


@pytest.mark.parametrize("code", [code for said, code in WAYS if said == "job"])
def test_a_job_says_it(world, code):
    job = WAYS["job", code](world)
    assert job["error"]["code"] == code
    assert job["state"] == ("expired" if code == "upload_expired" else "failed")
    PAGE.validate(world.owner.follow(job["id"]))


def test_every_operation_lists_what_it_was_seen_to_refuse():
    listed = {code for _, refused in openapi.OPERATIONS.values() for code in (*refused, *openapi._ALWAYS)}
    assert {code for said, code in WAYS if said == "answer"} - listed == {"unsupported_version"}
