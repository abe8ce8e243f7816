"""Predicting from one CSV file into another."""

import csv
import io
import json

import httpx
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from sealdrop.publish import publish


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_predict_writes_what_the_estimator_says(run, rows_csv, cancer, tmp_path):
    out = tmp_path / "out.csv"
    done = run("predict", rows_csv, "--model", "breast-cancer", "-o", out, "--id", "patient", "--proba")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    answer = read(out.read_text())
    assert list(answer[0]) == ["patient", "prediction", "probability_0", "probability_1"]
    assert [line["patient"] for line in answer] == [f"p{index}" for index in range(len(cancer.X))]
    assert [int(line["prediction"]) for line in answer] == cancer.estimator.predict(cancer.X).tolist()
    probabilities = np.array([float(line["probability_1"]) for line in answer])
    assert np.abs(probabilities - cancer.estimator.predict_proba(cancer.X)[:, 1]).max() < 1e-3
    assert f"{len(cancer.X)} rows" in done.stderr


def test_predict_writes_to_standard_output(run, rows_csv, cancer):
    done = run("predict", rows_csv, "--model", "breast-cancer")
    assert len(read(done.stdout)) == len(cancer.X)
    assert "columns of the file that are not used: 1" in done.stderr


def test_predict_writes_json(run, rows_csv, cancer):
    told = json.loads(run("predict", rows_csv, "--model", "breast-cancer", "--json").stdout)
    assert told["columns"]["prediction"] == cancer.estimator.predict(cancer.X).tolist()
    assert told["timing"]["rows"] == len(cancer.X)
    assert told["model"] == "breast-cancer@1"


def test_a_job_is_predicted_now_and_collected_later(run, rows_csv, cancer):
    job = run("predict", rows_csv, "--model", "breast-cancer", "--no-wait").stdout.strip()
    done = run("collect", job, "--proba")
    assert [int(line["prediction"]) for line in read(done.stdout)] == cancer.estimator.predict(cancer.X).tolist()


def test_several_targets_become_several_columns(run, ridge, tmp_path):
    path = tmp_path / "rows.csv"
    names = [f"x{index}" for index in range(6)]
    path.write_text("\n".join([",".join(names), *[",".join(map(repr, row)) for row in ridge.X[:3].tolist()]]))
    done = run("predict", path, "--model", "ridge")
    assert list(read(done.stdout)[0]) == ["prediction_0", "prediction_1"]


def test_rows_out_of_range_are_refused_or_let_through(run, cancer, tmp_path):
    path = tmp_path / "rows.csv"
    (cancer.X[:2] * 10).to_csv(path, index=False)
    refused = run("predict", path, "--model", "breast-cancer")
    assert refused.exit_code == 1
    assert "[out_of_range]" in refused.stderr
    warned = run("predict", path, "--model", "breast-cancer", "--out-of-range", "clip")
    assert warned.exit_code == 0


def test_warnings_are_shown_as_ours(run, cancer, tmp_path):
    path = tmp_path / "rows.csv"
    (cancer.X[:2] * 1.01 + 5).to_csv(path, index=False)
    warned = run("predict", path, "--model", "breast-cancer", "--out-of-range", "warn")
    assert "warning: 2 rows are too far" in warned.stderr
    assert "OutOfRange" not in warned.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_header"),
        ("1,2,3\n4,5,6\n", "no_header"),
        ("a,b\n1,2\n", "wrong_columns"),
        ("HEADER\n", "no_rows"),
        ("HEADER\n1,2\n", "wrong_columns"),
        ("HEADER\n" + "x," * 29 + "x\n", "not_numeric"),
        ("HEADER\n" + "1," * 29 + "\n", "not_finite"),
        ("HEADER\n" + "nan," * 29 + "nan\n", "not_finite"),
    ],
)
def test_files_that_are_no_rows_are_refused(run, service, cancer, tmp_path, text, code):
    path = tmp_path / "rows.csv"
    path.write_text(text.replace("HEADER", ",".join(cancer.X.columns)))
    done = run("predict", path, "--model", "breast-cancer")
    assert done.exit_code == 1
    assert f"[{code}]" in done.stderr
    assert "hint:" in done.stderr
    assert not service.jobs


def test_bytes_that_are_no_text_are_refused(run, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\xff\xfe\x00a,b\n")
    assert run("predict", path, "--model", "breast-cancer").exit_code == 1


def test_nothing_is_left_of_a_failed_output(run, rows_csv, service, tmp_path):
    service.fail("GET /results", *[httpx.Response(404)] * 3)
    out = tmp_path / "out" / "out.csv"
    out.parent.mkdir()
    assert run("predict", rows_csv, "--model", "breast-cancer", "-o", out).exit_code == 1
    assert not list(out.parent.iterdir())


def test_text_and_empty_cells_are_read_where_the_model_takes_them(run, service, tmp_path):
    colours = pd.DataFrame({"size": [1.0, 2, 3, 4, None, 6], "colour": ["red", "blue", "red", None, "blue", "red"]})
    encode = make_column_transformer(
        (SimpleImputer(), ["size"]),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["colour"]),
    )
    estimator = make_pipeline(encode, LogisticRegression()).fit(colours, [0, 1, 0, 1, 1, 0])
    publish(estimator, colours, name="colours", store=service)
    path = tmp_path / "rows.csv"
    colours.iloc[:, ::-1].to_csv(path, index=False)
    done = run("predict", path, "--model", "colours")
    assert [int(line["prediction"]) for line in read(done.stdout)] == estimator.predict(colours).tolist(), done.stderr
    assert "one of blue, red" in run("describe", "colours").stdout
    path.write_text("size,colour\n1,green\n")
    assert "[unknown_category]" in run("predict", path, "--model", "colours").stderr
    path.write_text("size,colour\nlarge,red\n")
    assert "line 2, column 'size' is not a number" in run("predict", path, "--model", "colours").stderr


@pytest.mark.parametrize("place", ["", "missing/out.csv"])
def test_nothing_is_asked_for_a_file_that_cannot_be_written(run, rows_csv, tmp_path, place):
    before = run("jobs", "--json").stdout
    done = run("predict", rows_csv, "--model", "breast-cancer", "-o", tmp_path / place)
    assert done.exit_code == 2
    assert "folder" in done.stderr
    assert run("jobs", "--json").stdout == before


def test_rows_that_no_plaintext_holds_are_refused(run, cancer, tmp_path):
    path, rows = tmp_path / "rows.csv", cancer.X.iloc[:3].copy()
    rows.iloc[1, 4] = 1e300
    rows.to_csv(path, index=False)
    done = run("predict", path, "--model", "breast-cancer", "--out-of-range", "warn")
    assert done.exit_code == 1
    assert "[out_of_range]" in done.stderr
