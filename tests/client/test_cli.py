"""The other commands, errors and profiles, against the deployment in memory."""

import json
import stat

import httpx
import pytest

from sealdrop.cli import profiles
from sealdrop.cli.profiles import Profile
from tests.client.service import API, TOKEN, problem


def test_models_lists_what_is_published(run, published):
    shown = run("models").stdout
    assert "breast-cancer@1" in shown
    listed = json.loads(run("models", "--json").stdout)["models"]
    assert {one["reference"] for one in listed} == set(published)


def test_describe_shows_the_card(run, published):
    shown = run("describe", "breast-cancer").stdout
    for fact in ("agreement", "adds at most", "1,000 rows", "on the client", "normalisation", "client learns"):
        assert fact in shown
    assert "worst concave points" in shown
    assert "predict, predict_proba, decision_function" in shown
    described = json.loads(run("describe", "breast-cancer", "--json").stdout)
    assert described["digest"] == published["breast-cancer@1"][0].digest


def test_jobs_lists_and_deletes(run, rows_csv):
    job = run("predict", rows_csv, "--model", "breast-cancer", "--no-wait").stdout.strip()
    assert job in run("jobs").stdout
    assert json.loads(run("jobs", "--json").stdout)["jobs"][0]["id"] == job
    assert run("jobs", "--delete", job).exit_code == 0
    assert job not in run("jobs").stdout


def test_keys_lists_keyrings_and_what_is_enrolled(run, rows_csv):
    assert "0 keyring(s)" in run("keys").stderr
    run("predict", rows_csv, "--model", "breast-cancer")
    (keyring,) = json.loads(run("keys", "--json").stdout)["keyrings"]
    assert keyring["enrolled"] != "-"
    assert "api.test" in run("keys").stdout


@pytest.mark.parametrize("kind", ["inputs", "results", "keys"])
def test_inspect_accounts_for_every_byte(run, rows_csv, service, tmp_path, kind):
    run("predict", rows_csv, "--model", "breast-cancer")
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


def test_inspect_sees_a_truncated_file(run, rows_csv, service, tmp_path):
    run("predict", rows_csv, "--model", "breast-cancer")
    file = tmp_path / "sealed"
    file.write_bytes(next(value for name, value in service.objects.items() if name.startswith("inputs"))[:-1])
    report = json.loads(run("inspect", file, "--json").stdout)
    assert not report["complete"]


def test_an_error_is_one_json_document_on_standard_error(run, rows_csv):
    done = run("predict", rows_csv, "--model", "breast-cancr", "--json")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert json.loads(done.stderr)["code"] == "model_not_found"


def test_an_unreachable_deployment_is_told_with_a_hint(run, service):
    service.fail("GET", *[httpx.ConnectError("refused by api.test")] * 6)
    done = run("models")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: the service did not answer: ConnectError [transport_failed]\nhint: ")
    assert TOKEN not in done.stderr


def test_nothing_a_service_says_steers_the_terminal(run, service):
    service.fail("GET", problem(400, "\x1b]0;evil\x07", remedy="\x1b[31m[bold]red\x07"))
    shown = run("models").stderr
    assert "\x1b" not in shown
    assert "[bold]red" in shown
    assert "request id: r-1" in shown


def test_publish_compiles_a_joblib_file_and_wants_a_store(run, cancer, tmp_path, service, monkeypatch):
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
