"""The baseline: the model itself on rows in the clear, for whoever wants to compare."""

import base64
import json

import numpy as np
import pytest

from cloud import settings
from sealdrop.publish.store import Store
from tests.functions.events import BUCKET, TABLE, Context, load


@pytest.fixture
def ask(aws, model):
    from baseline import app

    def asked(body, *, reference="linear@1", encoded=False, **context):
        event = load("api-describe-model")
        event["pathParameters"] = {"reference": reference}
        event["body"] = base64.b64encode(body.encode()).decode() if encoded else body
        event["isBase64Encoded"] = encoded
        event["requestContext"] |= context
        answer = app.handler(event, Context())
        return answer["statusCode"], json.loads(answer["body"])

    return asked


@pytest.mark.parametrize("encoded", [False, True])
def test_it_answers_what_the_circuit_answers(ask, linear, rows, encoded):
    status, answer = ask(json.dumps({"rows": rows.tolist()}), encoded=encoded)
    assert (status, answer["reference"], answer["digest"]) == (200, "linear@1", linear.manifest.digest)
    np.testing.assert_array_equal(answer["scores"], linear.circuit.evaluate(rows))


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "null", "{}", '{"rows": []}', '{"rows": [[]]}', '{"rows": [["1", 2, 3, 4, 5, 6, 7, 8]]}'),
        *('{"rows": [[1, 2, 3, 4, 5, 6, 7]]}', '{"rows": [[NaN, 2, 3, 4, 5, 6, 7, 8]]}'),
        *('{"rows": [[1e308, 1e308, 1e308, 1e308, 1e308, 1e308, 1e308, 1e308]]}', '{"rows": [[1]], "more": 1}'),
        json.dumps({"rows": [[0.0] * 8] * 1001}),
    ],
)
def test_what_are_no_rows_of_the_model_is_refused(ask, body):
    status, answer = ask(body)
    assert (status, answer["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("authorizer", [None, {}, "x", {"jwt": {"claims": {}}}, {"jwt": {"claims": {"sub": "alice"}}}])
def test_without_an_identity_there_is_no_answer(ask, authorizer):
    status, answer = ask('{"rows": [[1]]}', authorizer=authorizer)
    assert (status, answer["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "reference", ["", "linear@", "linear@x", "linear@01", "linear@ 1", "linear@\u0661", "../linear"]
)
def test_what_is_no_reference_is_refused(ask, reference):
    status, answer = ask('{"rows": [[1]]}', reference=reference)
    assert (status, answer["code"]) == (400, "invalid_request")


def test_a_defect_is_answered_without_its_cause(ask, rows, monkeypatch):
    def broken(*_):
        raise RuntimeError("s3cret")

    monkeypatch.setattr("baseline.app.scores", broken)
    status, answer = ask(json.dumps({"rows": rows.tolist()}))
    assert (status, answer["code"]) == (500, "internal_error")
    assert "s3cret" not in json.dumps(answer)


def test_unknown_and_retired_models_are_refused(ask, aws, rows):
    body = json.dumps({"rows": rows.tolist()})
    assert ask(body, reference="unknown")[1]["code"] == "model_not_found"
    Store(BUCKET, TABLE, aws.s3, aws.dynamodb).retire("linear@1")
    assert ask(body)[1]["code"] == "model_retired"


def test_every_description_says_whether_there_is_one(api, model, monkeypatch):
    assert api("GET", "/v1/models/linear").json["plaintext_baseline"] is False
    assert api("POST", "/v1/models/linear/plaintext", {"rows": [[0.0]]}).status == 404
    with monkeypatch.context() as patch:
        patch.setenv("PLAINTEXT_BASELINE", "on")
        settings.settings.cache_clear()
        assert api("GET", "/v1/models/linear").json["plaintext_baseline"] is True
    settings.settings.cache_clear()
