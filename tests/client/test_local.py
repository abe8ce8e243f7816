"""`sealdrop local`, and a model's whole life through the command line."""

import csv
import json
import os
import signal
import subprocess
import sys

import joblib
import pytest
from typer.testing import CliRunner

from sealdrop.cli import profiles
from sealdrop.cli.app import app


@pytest.fixture
def deployment(tmp_path):
    """Run a deployment in another process, and end it with Ctrl-C."""
    # a shell starts what runs in the background with interrupts ignored, and children inherit that
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", f"{heed}from sealdrop.cli import main; main()", "local", "--port", "0", "--json"]
    pipes = {"stdout": subprocess.PIPE, "text": True, "env": {**os.environ, "PYTHONUNBUFFERED": "1"}}
    said = tmp_path / "said"
    with said.open("w") as file, subprocess.Popen(command, **pipes, stderr=file) as running:
        told = "".join(iter(running.stdout.readline, "}\n")) + "}"
        yield json.loads(told)
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=60)
    assert rest == ""
    assert running.returncode == 0
    assert "stopping\n" in said.read_text()
    assert "local" not in profiles.path().read_text()


def test_publish_and_predict_on_this_machine(deployment, cancer, tmp_path):
    def run(*arguments):
        done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    model, rows, out = tmp_path / "model.joblib", tmp_path / "rows.csv", tmp_path / "out.csv"
    joblib.dump(cancer.estimator, model)
    cancer.calibration.to_csv(rows, index=False)
    published = run("publish", model, "--calibrate", rows, "--name", "mine")
    assert published["stored"]
    assert run("models")["models"][0]["digest"] == published["digest"]
    cancer.X.to_csv(rows, index=False)
    answer = run("predict", rows, "--model", "mine", "-o", out)
    with out.open(newline="") as file:
        predicted = [int(line["prediction"]) for line in csv.DictReader(file)]
    assert predicted == cancer.estimator.predict(cancer.X).tolist()
    (job,) = run("jobs")["jobs"]
    assert (job["id"], job["state"], job["rows"]) == (answer["job"], "succeeded", len(cancer.X))
    assert run("jobs", "--delete", job["id"])["deleted"] == [job["id"]]
    assert run("jobs")["jobs"] == []
    assert deployment["url"] == profiles.choose().url
