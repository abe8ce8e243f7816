"""The command line, against the deployment in memory."""

import csv
import io
import json
import stat

import httpx
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from typer.testing import CliRunner

from sealdrop import Client
from sealdrop.cli import app, profiles
from sealdrop.cli.profiles import Profile
from sealdrop.publish import publish
from tests.client.service import API, TOKEN, problem


@pytest.fixture
def run(service, monkeypatch):
    """Run a command as somebody whose profile leads to the deployment in memory."""

    def connected(url, credentials, **options):
        return Client(url, credentials, transport=httpx.MockTransport(service), **options)

    monkeypatch.setattr(profiles, "Client", connected)
    profiles.save("local", Profile(url=API, token=TOKEN))
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def rows(cancer, tmp_path):
    path = tmp_path / "rows.csv"
    cancer.X.assign(patient=[f"p{index}" for index in range(len(cancer.X))]).iloc[:, ::-1].to_csv(path, index=False)
    return path


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_predict_writes_what_the_estimator_says(run, rows, cancer, tmp_path):
    out = tmp_path / "out.csv"
    done = run("predict", rows, "--model", "breast-cancer", "-o", out, "--id", "patient", "--proba")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    answer = read(out.read_text())
    assert list(answer[0]) == ["patient", "prediction", "probability_0", "probability_1"]
    assert [line["patient"] for line in answer] == [f"p{index}" for index in range(len(cancer.X))]
    assert [int(line["prediction"]) for line in answer] == cancer.estimator.predict(cancer.X).tolist()
    probabilities = np.array([float(line["probability_1"]) for line in answer])
    assert np.abs(probabilities - cancer.estimator.predict_proba(cancer.X)[:, 1]).max() < 1e-3
    assert f"{len(cancer.X)} rows" in done.stderr


def test_predict_to_standard_output(run, rows, cancer):
    done = run("predict", rows, "--model", "breast-cancer")
    assert len(read(done.stdout)) == len(cancer.X)
    assert "not used: patient" in done.stderr


def test_predict_as_json(run, rows, cancer):
    told = json.loads(run("predict", rows, "--model", "breast-cancer", "--json").stdout)
    assert told["columns"]["prediction"] == cancer.estimator.predict(cancer.X).tolist()
    assert told["timing"]["rows"] == len(cancer.X)
    assert told["model"] == "breast-cancer@1"


def test_predict_now_and_collect_later(run, rows, cancer):
    job = run("predict", rows, "--model", "breast-cancer", "--no-wait").stdout.strip()
    done = run("collect", job, "--proba")
    assert [int(line["prediction"]) for line in read(done.stdout)] == cancer.estimator.predict(cancer.X).tolist()


def test_several_targets_become_several_columns(run, ridge, tmp_path):
    path = tmp_path / "rows.csv"
    names = [f"x{index}" for index in range(6)]
    path.write_text("\n".join([",".join(names), *[",".join(map(repr, row)) for row in ridge.X[:3].tolist()]]))
    done = run("predict", path, "--model", "ridge")
    assert list(read(done.stdout)[0]) == ["prediction_0", "prediction_1"]


def test_rows_out_of_range(run, cancer, tmp_path):
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
    assert "warning: 2 row(s)" in warned.stderr
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
        ("HEADER\n" + "1," * 29 + "\n", "not_numeric"),
        ("HEADER\n" + "nan," * 29 + "nan\n", "not_finite"),
    ],
)
def test_files_that_are_no_rows(run, service, cancer, tmp_path, text, code):
    path = tmp_path / "rows.csv"
    path.write_text(text.replace("HEADER", ",".join(cancer.X.columns)))
    done = run("predict", path, "--model", "breast-cancer")
    assert done.exit_code == 1
    assert f"[{code}]" in done.stderr
    assert "hint:" in done.stderr
    assert not service.jobs


def test_bytes_that_are_no_text(run, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\xff\xfe\x00a,b\n")
    assert run("predict", path, "--model", "breast-cancer").exit_code == 1


def test_nothing_is_left_of_a_failed_output(run, rows, service, tmp_path):
    service.fail("GET /results", *[httpx.Response(404)] * 3)
    out = tmp_path / "out" / "out.csv"
    out.parent.mkdir()
    assert run("predict", rows, "--model", "breast-cancer", "-o", out).exit_code == 1
    assert not list(out.parent.iterdir())


def test_models(run, published):
    shown = run("models").stdout
    assert "breast-cancer@1" in shown
    listed = json.loads(run("models", "--json").stdout)["models"]
    assert {one["reference"] for one in listed} == set(published)


def test_describe(run, published):
    shown = run("describe", "breast-cancer").stdout
    assert "worst concave points" in shown
    assert "predict, predict_proba, decision_function" in shown
    described = json.loads(run("describe", "breast-cancer", "--json").stdout)
    assert described["digest"] == published["breast-cancer@1"][0].digest


def test_jobs(run, rows):
    job = run("predict", rows, "--model", "breast-cancer", "--no-wait").stdout.strip()
    assert job in run("jobs").stdout
    assert json.loads(run("jobs", "--json").stdout)["jobs"][0]["id"] == job
    assert run("jobs", "--delete", job).exit_code == 0
    assert job not in run("jobs").stdout


def test_keys(run, rows):
    assert "0 keyring(s)" in run("keys").stderr
    run("predict", rows, "--model", "breast-cancer")
    (keyring,) = json.loads(run("keys", "--json").stdout)["keyrings"]
    assert keyring["enrolled"] != "-"
    assert "api.test" in run("keys").stdout


@pytest.mark.parametrize("kind", ["inputs", "results", "keys"])
def test_inspect(run, rows, service, tmp_path, kind):
    run("predict", rows, "--model", "breast-cancer")
    card = tmp_path / "card.json"
    card.write_text(run("describe", "breast-cancer", "--json").stdout)
    file = tmp_path / "sealed"
    content = next(value for name, value in service.objects.items() if name.startswith(kind))
    file.write_bytes(content)
    report = json.loads(run("inspect", file, "--manifest", card, "--json").stdout)
    assert report["header_bytes"] + report["body_bytes"] == len(content)
    assert report["kind"] == kind.rstrip("s") if kind != "keys" else "keys"
    assert report["breakdown"]["length"] == "exactly what the plan asks for"
    assert str(report["body_bytes"]) in run("inspect", file).stdout


def test_inspect_truncated(run, rows, service, tmp_path):
    run("predict", rows, "--model", "breast-cancer")
    file = tmp_path / "sealed"
    file.write_bytes(next(value for name, value in service.objects.items() if name.startswith("inputs"))[:-1])
    report = json.loads(run("inspect", file, "--json").stdout)
    assert not report["complete"]


def test_errors_for_machines(run, rows):
    done = run("predict", rows, "--model", "breast-cancr", "--json")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert json.loads(done.stderr)["code"] == "model_not_found"


def test_unreachable_deployment(run, service):
    service.fail("GET", *[httpx.ConnectError("refused by api.test")] * 6)
    done = run("models")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: the service did not answer: ConnectError [transport_failed]\nhint: ")
    assert TOKEN not in done.stderr


def test_nothing_a_service_says_steers_the_terminal(run, service):
    service.fail("GET", problem(400, "bad", remedy="\x1b[31m[bold]red\x07"))
    shown = run("models").stderr
    assert "\x1b" not in shown
    assert "[bold]red" in shown
    assert "request id: r-1" in shown


def test_publish(run, cancer, tmp_path, service, monkeypatch):
    import joblib

    joblib.dump(cancer.estimator, tmp_path / "model.joblib")
    cancer.calibration.assign(target=1).to_csv(tmp_path / "rows.csv", index=False)
    command = ["publish", tmp_path / "model.joblib", "-c", tmp_path / "rows.csv", "--name", "mine", "--drop", "target"]
    done = run(*command, "--dry-run", "--json")
    assert done.exit_code == 0, done.stderr
    published = json.loads(done.stdout)
    assert not published["stored"]
    assert [feature["name"] for feature in published["manifest"]["features"]] == list(cancer.calibration.columns)
    assert "runs the code in it" in done.stderr
    refused = run(*command)
    assert (refused.exit_code, "[no_store]" in refused.stderr) == (1, True)


def test_profiles_are_private_and_chosen_by_name(run, monkeypatch):
    profiles.save("other", Profile(url="https://other.test", token="x"))
    assert stat.S_IMODE(profiles.path().stat().st_mode) == 0o600
    assert profiles.choose().url == API
    assert profiles.choose("other").url == "https://other.test"
    monkeypatch.setenv("SEALDROP_PROFILE", "nowhere")
    assert "[no_profile]" in run("models").stderr
    profiles.drop("other")
    assert "[no_profile]" in run("models", "--profile", "other").stderr


def test_a_token_stays_with_its_deployment(run, service):
    done = run("models", "--url", "https://elsewhere.test")
    assert "[no_credentials]" in done.stderr
    assert not service.requests


def test_repr_of_a_profile_shows_no_secret():
    assert "hidden" not in repr(Profile(url=API, token="hidden", secret_access_key="hidden"))


def test_text_and_empty_cells_where_the_model_takes_them(run, service, tmp_path):
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
