"""Rows that are refused one by one: the others are answered, and nobody takes a row for another."""

import csv
import io
import json

import httpx
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from sealdrop import Client, RefusedInput, RowsRefused
from sealdrop.preprocessing.rows import admit
from sealdrop.publish import publish
from tests.client.service import API, TOKEN


@pytest.fixture
def reporting(service):
    with Client(API, TOKEN, transport=httpx.MockTransport(service), on_out_of_range="report") as client:
        yield client


@pytest.fixture
def wild(cancer):
    """Ten rows of which the third leaves a range, the sixth has no value and the eighth a word for a number."""
    X = cancer.X[:10].reset_index(drop=True).astype(object)
    X.iloc[2, 3], X.iloc[5, 0], X.iloc[7, 29] = 1e9, None, "old"
    return X


FAULTY = [2, 5, 7]


def test_the_other_rows_are_answered_in_their_places(reporting, cancer, wild):
    model = reporting.model("breast-cancer")
    with pytest.warns(RowsRefused, match=r"3 rows are not answered .*: row 2 first, for its column 'mean area'"):
        prediction = model.evaluate(wild)
    wanted = cancer.estimator.predict(cancer.X[:10])
    labels = prediction.predict()
    assert [row for row, label in enumerate(labels) if label is None] == FAULTY
    others = np.delete(np.arange(10), FAULTY)
    assert labels[others].tolist() == wanted[others].tolist()
    assert [(row.row, row.column, row.code) for row in prediction.refused] == [
        (2, "mean area", "out_of_range"),
        (5, "mean radius", "not_finite"),
        (7, "worst fractal dimension", "not_numeric"),
    ]
    probabilities = prediction.predict_proba()
    assert np.isnan(probabilities[FAULTY]).all()
    np.testing.assert_allclose(probabilities[others], cancer.estimator.predict_proba(cancer.X[:10])[others], atol=1e-3)
    assert np.flatnonzero(np.isnan(prediction.decision_function())).tolist() == FAULTY


def test_a_job_that_is_collected_later_knows_its_refused_rows(reporting, cancer, wild):
    with pytest.warns(RowsRefused):
        job = reporting.model("breast-cancer").submit(wild)
    labels = reporting.job(job.id).result().predict()
    assert [row for row, label in enumerate(labels) if label is None] == FAULTY


def test_votes_over_pairs_give_no_answer_for_a_refused_row(reporting, service):
    draw = np.random.default_rng(0)
    X = draw.normal(size=(120, 3))
    model = SVC(kernel="linear").fit(X, (X[:, 0] > 0.5).astype(int) + (X[:, 1] > 0))
    publish(model, X, name="votes", store=service, rows=(8,))
    rows = np.vstack([X[:3], [[1e6, 0, 0]]])
    with pytest.warns(RowsRefused):
        prediction = reporting.model("votes").evaluate(rows)
    assert prediction.predict()[3] is None
    assert np.isnan(prediction.decision_function()[3]).all()


def test_nothing_is_sent_when_no_row_can_be_answered(reporting, service, cancer):
    with pytest.raises(RefusedInput) as refusal:
        reporting.model("breast-cancer").predict(cancer.X[:2] * 1e6)
    assert refusal.value.code == "out_of_range"
    assert not service.jobs


def test_the_command_writes_why_a_row_has_no_answer(run, cancer, wild, tmp_path):
    path, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    wild.assign(patient=range(10)).to_csv(path, index=False)
    done = run(
        "predict", path, "-m", "breast-cancer", "--out-of-range", "report", "--id", "patient", "--proba", "-o", out
    )
    assert done.exit_code == 0, done.stderr
    assert "3 rows are not answered (not_finite, not_numeric, out_of_range): line 4 first" in done.stderr
    lines = list(csv.DictReader(io.StringIO(out.read_text())))
    assert [line["refused"] for line in lines if line["refused"]] == ["out_of_range", "not_finite", "not_numeric"]
    assert [row for row, line in enumerate(lines) if not line["prediction"] and not line["probability_1"]] == FAULTY
    assert [line["patient"] for line in lines] == [str(row) for row in range(10)]
    told = json.loads(run("predict", path, "-m", "breast-cancer", "--out-of-range", "report", "--json").stdout)
    assert told["columns"]["prediction"][2] is None


def test_every_reason_of_a_row_is_reported(service, client):
    draw = np.random.default_rng(0)
    table = pd.DataFrame({"age": draw.uniform(20, 60, 80), "size": draw.choice(["s", "m", "l"], 80)})
    encode = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["size"]))
    publish(make_pipeline(encode, LogisticRegression()).fit(table, table.age > 40), table, name="sizes", store=service)
    faulty = pd.DataFrame({"age": [30, np.inf, np.nan, 1e6, 50, 40], "size": ["s", "m", "l", "s", "xl", None]})
    with pytest.warns(RowsRefused):
        admitted = admit(faulty, client.model("sizes").manifest, "report")
    assert len(admitted.rows) == 1
    assert [(row.row, row.code) for row in admitted.refused] == [
        (1, "not_finite"),
        (2, "not_finite"),
        (3, "out_of_range"),
        (4, "unknown_category"),
        (5, "unknown_category"),
    ]


def test_a_table_that_is_refused_whole_names_its_own_first_row(reporting, cancer):
    rows = cancer.X[:3].to_numpy().copy()
    rows[0, 0], rows[1:, 3] = np.nan, 1e9
    with pytest.raises(RefusedInput) as refusal:
        reporting.model("breast-cancer").predict(rows)
    assert (refusal.value.code, refusal.value.row) == ("not_finite", 0)
