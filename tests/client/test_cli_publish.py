"""What `sealdrop publish` takes: files, labels, request sizes."""

import json

import joblib
import numpy as np
import pytest
import typer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from typer.testing import CliRunner

from sealdrop.cli.app import app
from sealdrop.planning import ROWS

X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "iris.joblib"
    joblib.dump(LogisticRegression(max_iter=500).fit(X, Y), path)
    return path


@pytest.fixture
def publish(model):
    def run(*arguments):
        return CliRunner().invoke(
            app, ["publish", str(model), "--name", "iris", "--dry-run", "--json", *map(str, arguments)]
        )

    return run


def test_calibration_rows_are_read_from_npz(publish, tmp_path):
    np.savez(tmp_path / "rows.npz", X=X)
    done = publish(
        "--calibrate", tmp_path / "rows.npz", "--labels", "setosa,versicolor,virginica", "--rows", "1,50,5000"
    )
    assert done.exit_code == 0, done.stderr
    manifest = json.loads(done.stdout)["manifest"]
    assert manifest["output"]["classes"] == ["setosa", "versicolor", "virginica"]
    assert len(manifest["plans"]) > 1
    assert "runs" in done.stderr  # reading a joblib file runs the code in it


def test_objects_in_npz_are_not_unpickled(publish, tmp_path):
    np.savez(tmp_path / "rows.npz", X=np.array([{}], dtype=object))
    done = publish("--calibrate", tmp_path / "rows.npz")
    assert done.exit_code == 1
    assert "no array of plain numbers" in done.stderr


@pytest.mark.parametrize("rows", ["0", "1,,2", "-3", "many"])
def test_sizes_that_are_none_are_refused(publish, tmp_path, rows):
    np.savez(tmp_path / "rows.npz", X=X)
    assert publish("--calibrate", tmp_path / "rows.npz", "--rows", rows).exit_code == 2


def test_the_wrong_number_of_labels_is_refused(publish, tmp_path):
    np.savez(tmp_path / "rows.npz", X=X)
    done = publish("--calibrate", tmp_path / "rows.npz", "--labels", "yes,no")
    assert done.exit_code == 1
    assert "wrong_labels" in done.stderr


def test_calibration_rows_are_read_from_npy(publish, tmp_path):
    np.save(tmp_path / "rows.npy", X)
    done = publish("--calibrate", tmp_path / "rows.npy")
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("error", ["0", "-1", "nan", "inf"])
def test_errors_that_are_none_are_refused(publish, tmp_path, error):
    np.savez(tmp_path / "rows.npz", X=X)
    done = publish("--calibrate", tmp_path / "rows.npz", "--error", error)
    assert done.exit_code == 1
    assert "invalid_request" in done.stderr


def test_labels_that_repeat_are_refused(publish, tmp_path):
    np.savez(tmp_path / "rows.npz", X=X)
    done = publish("--calibrate", tmp_path / "rows.npz", "--labels", "a,b,a")
    assert done.exit_code == 1
    assert "wrong_labels" in done.stderr


@pytest.mark.parametrize("drop", [["--drop", "no such column"], []])
def test_columns_that_do_not_fit_are_told(publish, tmp_path, drop):
    path = tmp_path / "rows.csv"
    path.write_text("a;b;c;d\n" + "\n".join(";".join(map(str, row)) for row in X))
    done = publish("--calibrate", path, *drop, *(["--sep", ";"] if drop else []))
    assert done.exit_code == 1
    assert ("no column 'no such column' to drop" if drop else "separated by ';'") in done.stderr


def test_calibration_rows_of_another_kind_are_refused(publish, tmp_path):
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1" + bytes(range(256)))
    done = publish("--calibrate", path)
    assert done.exit_code == 1
    assert "rows.parquet: the file is not text in UTF-8" in done.stderr


def test_the_command_plans_for_what_the_library_does():
    (option,) = [one for one in typer.main.get_command(app).commands["publish"].params if one.name == "rows"]
    assert option.default == ",".join(map(str, ROWS))
