"""The examples in the documents run as they stand: Python and `sealdrop` commands, against an embedded deployment.

`sealdrop demo` and `local` are run by other tests, and `configure` needs a stack in CloudFormation.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from typer.testing import CliRunner

from sealdrop.cli import profiles
from sealdrop.cli.app import app
from sealdrop.cli.profiles import Profile
from sealdrop.demo.walk import ERROR
from sealdrop.demo.workloads import workloads
from sealdrop.local import Stack
from sealdrop.publish import Store, publish
from tests.docs.documents import ROOT, blocks, commands

# in an order in which what a command asks for is there
STORY = ("README.md", "docs/deploy.md", "docs/operate.md", "docs/models.md", "docs/cost.md", "docs/large-jobs.md")
ELSEWHERE = ("sealdrop demo", "sealdrop local", "sealdrop configure")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(ROOT) as running:
        yield running


@pytest.fixture
def reader(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stand where a reader stands: files in the working directory, a profile, AWS credentials, the demo's model.

    Returns the names that the Python examples take for granted.
    """
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    for name in ("model", "churn"):
        joblib.dump(estimator, tmp_path / f"{name}.joblib")
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X, y), tmp_path / "better.joblib")
    for name, rows in (("train", X), ("rows", X[:20])):
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    access, place, token = stack.account, stack.outputs, stack.token("reader")
    monkeypatch.chdir(tmp_path)
    for variable, value in (
        ("SEALDROP_HOME", str(tmp_path)),
        ("AWS_ENDPOINT_URL", stack.aws_url),
        ("AWS_DEFAULT_REGION", access.region),
        ("AWS_ACCESS_KEY_ID", access.access_key),
        ("AWS_SECRET_ACCESS_KEY", access.secret_key),
    ):
        monkeypatch.setenv(variable, value)
    bucket, table = place["BucketName"], place["TableName"]
    for name in ("default", "test"):
        profiles.save(name, Profile(url=stack.url, token=token, bucket=bucket, table=table))
    demo, _ = workloads()
    publish(demo.estimator, demo.known, name=demo.name, store=Store(bucket, table), error=ERROR / 2)
    return {"token": token, "X": X[:5], "estimator": estimator, "X_train": X}


@pytest.mark.usefixtures("reader")
def test_the_commands_run_in_the_order_they_are_read() -> None:
    typed = [command for page in STORY for command in commands(ROOT / page)]
    ours = [command for command in typed if command.startswith("sealdrop ") and not command.startswith(ELSEWHERE)]
    assert len(ours) > 12
    for command in ours:
        arguments = shlex.split(command)[1:]
        if len(arguments) > 1 or arguments[0] in {"jobs", "keys", "models"}:  # else the name of a command, not its use
            done = CliRunner().invoke(app, arguments)
            assert done.exit_code == 0, (command, done.output)


@pytest.mark.parametrize("page", ["README.md", "docs/models.md"])
def test_the_python_runs(page: str, stack: Stack, reader: dict[str, Any]) -> None:
    place = {
        "https://abc123.execute-api.eu-central-1.amazonaws.com": stack.url,
        "my-bucket": stack.outputs["BucketName"],
        "my-table": stack.outputs["TableName"],
    }
    (code,) = blocks(ROOT / page, "python")
    for shown, real in place.items():
        code = code.replace(shown, real)
    exec(compile(code, page, "exec"), reader)


@pytest.mark.usefixtures("reader")
def test_the_bill_shown_is_the_one_that_is_printed() -> None:
    (shown,) = blocks(ROOT / "docs/cost.md", "console")
    command, _, bill = shown.partition("\n")
    done = CliRunner().invoke(app, shlex.split(command.removeprefix("$ "))[1:])
    assert [line.rstrip() for line in done.output.splitlines()] == bill.splitlines()
