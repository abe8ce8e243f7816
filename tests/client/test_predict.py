"""Predictions through the service are the estimator's own."""

import httpx
import numpy as np
import pandas as pd
import pytest

from sealdrop import Client, NotOffered
from tests.client.service import API, TOKEN

TOLERANCE = 1e-3


def test_a_binary_classifier_answers_as_the_estimator(client, cancer):
    model = client.model("breast-cancer")
    labels, wanted = model.predict(cancer.X), cancer.estimator.predict(cancer.X)
    assert labels.dtype == wanted.dtype
    assert (labels == wanted).all()
    logits = model.decision_function(cancer.X)
    assert logits.shape == (len(cancer.X),)
    assert np.abs(logits - cancer.estimator.decision_function(cancer.X)).max() < TOLERANCE
    assert np.abs(model.predict_proba(cancer.X) - cancer.estimator.predict_proba(cancer.X)).max() < TOLERANCE


def test_classes_keep_their_names(client, digits):
    model = client.model("digits@1")
    labels, wanted = model.predict(digits.X), digits.estimator.predict(digits.X)
    assert labels.dtype == wanted.dtype
    assert (labels == wanted).all()
    assert (model.classes_ == digits.estimator.classes_).all()
    assert np.abs(model.predict_proba(digits.X) - digits.estimator.predict_proba(digits.X)).max() < TOLERANCE


def test_two_targets_are_two_columns(client, ridge):
    values = client.model("ridge").predict(ridge.X)
    assert values.shape == (len(ridge.X), 2)
    assert np.abs(values - ridge.estimator.predict(ridge.X)).max() < TOLERANCE


def test_columns_may_come_in_any_order(client, cancer):
    shuffled = cancer.X.iloc[:5, ::-1]
    model = client.model("breast-cancer")
    wanted = cancer.estimator.decision_function(cancer.X[:5])
    assert np.abs(model.decision_function(shuffled) - wanted).max() < TOLERANCE


@pytest.mark.parametrize(
    "form", [pd.DataFrame.to_numpy, lambda X: X.to_numpy().tolist(), lambda X: X.astype("Float64")]
)
def test_rows_may_be_arrays_lists_or_data_frames(client, cancer, form):
    rows = cancer.X[:3]
    assert (client.model("breast-cancer").predict(form(rows)) == cancer.estimator.predict(rows)).all()


def test_one_row_is_a_table_of_one_row(client, cancer):
    assert client.model("breast-cancer").predict_proba(cancer.X[:1]).shape == (1, 2)


@pytest.mark.parametrize(("name", "method"), [("breast-cancer", "transform"), ("ridge", "predict_proba")])
def test_a_method_the_estimator_does_not_have_is_not_offered(client, service, name, method):
    model = client.model(name)
    before = len(service.log)
    with pytest.raises(NotOffered) as refusal:
        getattr(model, method)([[0.0]])
    assert isinstance(refusal.value, AttributeError)
    assert refusal.value.code == "not_offered"
    assert len(service.log) == before


def test_keys_are_enrolled_once_and_kept(service, cancer):
    for _ in range(2):
        with Client(API, TOKEN, transport=httpx.MockTransport(service)) as client:
            client.model("breast-cancer").predict(cancer.X[:1])
            client.model("breast-cancer").predict(cancer.X[:1])
    assert service.log.count("POST /v1/keys") == 1


def test_timing_covers_every_stage(client, cancer):
    model = client.model("breast-cancer")
    model.predict(cancer.X)
    timing = model.last
    assert (timing.rows, timing.parts) == (len(cancer.X), 1)
    assert min(timing.seal, timing.upload, timing.evaluate, timing.download, timing.open) > 0
    assert timing.bytes_up > timing.bytes_down > 0


def test_nothing_but_the_contract_reaches_the_service(client, service, cancer):
    """No body after the first sealed byte tells whether, or to what, the result opened."""
    client.model("breast-cancer").predict(cancer.X[:2])
    last_download = max(index for index, line in enumerate(service.log) if line.startswith("GET /results"))
    assert last_download == len(service.log) - 1
    assert all(not request.content for request in service.requests if request.method == "GET")
