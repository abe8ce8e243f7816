"""`sealdrop retire`: the owner's store is changed, and nothing else."""

import json

from typer.testing import CliRunner

from sealdrop.cli.app import app
from tests.functions.events import BUCKET, TABLE


def _retire(reference, *more):
    return CliRunner().invoke(app, ["retire", reference, "--bucket", BUCKET, "--table", TABLE, *more])


def test_a_retired_version_takes_no_more_jobs(owner, linear, rows):
    plan = linear.plan()
    request = owner.request(plan, {0: (len(rows), owner.seal(plan, rows))})
    assert owner.submit(request).status == 201
    done = _retire("linear@1", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"retired": "linear@1"})
    answer = owner.submit(request)
    assert (answer.status, answer.json["code"]) == (410, "model_retired")
    assert _retire("linear@1").exit_code == 0


def test_an_unknown_version_is_told(model):
    done = _retire("linear@2")
    assert (done.exit_code, "model_not_found" in done.output) == (1, True)
