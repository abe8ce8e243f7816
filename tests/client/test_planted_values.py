"""No value of the data is in any message, warning, log, note or file, whatever is refused: planted ones are looked for.

Every case is a line of a table: what the data is, and what is done with it. Add yours there.
"""

import json
import logging
import traceback
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sealdrop import errors
from sealdrop.publish import publish
from tests.client.service import Service

WORD, NUMBER = "Planted-HIV+", 77123456.75
MARKS = ("planted", "hiv+", "77123", "7.71234", "77,123")
NAMES = ("age", "weight", "colour")


def csv(header=NAMES, *lines):
    return "\n".join(",".join(map(str, line)) for line in (header, *lines)).encode()


GOOD = (30, 70.5, "red")
# what stands in the file: its content
FILES = {
    "no header": csv((WORD, "1961-02-03", "HIV+"), GOOD),
    "no header and a column too many": csv((WORD, "1961-02-03", "HIV+", "yes"), (*GOOD, 1)),
    "a header that matches nothing": csv((f"{WORD}-a", f"{WORD}-b", f"{WORD}-c"), GOOD),
    "a header that matches in part": csv(("age", f"{WORD}-b", f"{WORD}-c"), GOOD),
    "a column too many": csv((*NAMES, WORD), (*GOOD, WORD), (30, WORD, "red", WORD)),
    "a column twice": csv((*NAMES, "age"), (*GOOD, WORD)),
    "semicolons": csv().replace(b",", b";") + f"\n{WORD};{WORD};{WORD}".encode(),
    "other semicolons": f"{WORD};x\n1;2".encode(),
    "a word for a number": csv(NAMES, GOOD, (WORD, 70.5, "red")),
    "a decimal comma": csv(NAMES, GOOD, (30, f'"77123456,75{WORD}"', "red")),
    "a category that is unknown": csv(NAMES, GOOD, (30, 70.5, WORD)),
    "no value": csv(NAMES, (WORD, "", "red")),
    "an infinite number": csv(NAMES, (30, "inf", WORD)),
    "a number out of range": csv(NAMES, (30, NUMBER, "red")),
    "numbers out of range": csv(NAMES, *[(NUMBER, -NUMBER, "red")] * 9),
    "a short line": csv(NAMES, GOOD, (WORD,)),
    "a long line": csv(NAMES, (*GOOD, WORD, NUMBER)),
    "a quote without an end": csv(NAMES) + f'\n30,"{WORD}'.encode(),
    "another encoding": csv(NAMES, (30, 70.5, f"rät{WORD}")).decode().encode("latin-1"),
    "a zero byte": csv(NAMES, (30, 70.5, f"\0{WORD}")),
    "json": json.dumps([{"age": WORD, "weight": NUMBER}]).encode(),
    "a header only": csv((*NAMES, WORD)),
}
# what is done with a file
COMMANDS = {
    "predict": ("predict", "FILE", "-m", "planted-free"),
    "predict as JSON": ("predict", "FILE", "-m", "planted-free", "--json", "-o", "OUT"),
    "predict with a warning": ("predict", "FILE", "-m", "planted-free", "--out-of-range", "warn", "-o", "OUT"),
    "predict clipped, with ids": (
        *("predict", "FILE", "-m", "planted-free", "--out-of-range", "clip", "--id", "colour", "-o", "OUT"),
    ),
    "submit": ("predict", "FILE", "-m", "planted-free", "--no-wait"),
    "calibrate": ("publish", "MODEL", "-n", "other", "-c", "FILE", "--dry-run"),
    "calibrate as JSON": ("publish", "MODEL", "-n", "other", "-c", "FILE", "--dry-run", "--json"),
}
# leaks that are known: of files, when rows are predicted, and of tables
KNOWN: set[str] = set()
# what the SDK is given
TABLES = {
    "a word for a number": pd.DataFrame({"age": [WORD], "weight": [1.0], "colour": ["red"]}),
    "an unknown category": pd.DataFrame({"age": [30.0], "weight": [70.0], "colour": [WORD]}),
    "a number out of range": pd.DataFrame({"age": [NUMBER], "weight": [70.0], "colour": ["red"]}),
    "names that match nothing": pd.DataFrame({f"{WORD}{index}": [NUMBER] for index in range(3)}),
    "names that match in part": pd.DataFrame({"age": [30.0], WORD: [1.0], f"{WORD}-2": ["red"]}),
    "an array of objects": np.array([[WORD, {WORD: NUMBER}, [WORD]]], dtype=object),
    "lists of unequal length": [[30.0, 70.0, WORD], [WORD]],
    "a flat list": [30.0, NUMBER, WORD],
    "one word": WORD,
    "a record": {"age": [WORD], "weight": [NUMBER], "colour": [WORD]},
    "complex numbers": np.array([[NUMBER * 1j, 1, 2]]),
}


@pytest.fixture(scope="module")
def pipeline():
    """A pipeline that takes numbers and words, and its published model."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "age": rng.uniform(20, 60, 80),
            "weight": rng.uniform(50, 90, 80),
            "colour": rng.choice(["red", "blue"], 80),
        }
    )
    steps = make_column_transformer((StandardScaler(), ["age", "weight"]), (OneHotEncoder(), ["colour"]))
    estimator = make_pipeline(steps, LogisticRegression()).fit(rows, rows["age"] > 40)
    store = Service()
    publish(estimator, rows, name="planted-free", store=store)
    return estimator, store.models


@pytest.fixture
def fitted(service, pipeline, tmp_path):
    """The pipeline's file; its model is served."""
    estimator, models = pipeline
    service.models.update(models)
    joblib.dump(estimator, tmp_path / "model.joblib")
    return tmp_path / "model.joblib"


@pytest.fixture
def unless_known(request):
    """Expect what is known to leak to do so until it is mended."""

    def mark(case):
        if case in KNOWN:
            request.applymarker(pytest.mark.xfail(strict=True, reason="unmatched names are repeated"))

    return mark


def planted(*texts):
    return [mark for mark in MARKS for text in texts if mark in str(text).lower().replace("planted-free", "")]


def kept_at_home(home):
    return [path.read_bytes().decode("latin-1") for path in home.rglob("*") if path.is_file()] + [
        str(path) for path in home.rglob("*")
    ]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", FILES)
@pytest.mark.filterwarnings("ignore:.*runs the code")
def test_no_command_repeats_a_value(run, fitted, service, tmp_path, caplog, unless_known, file, command):
    if "publish" not in COMMANDS[command] and "--id" not in COMMANDS[command]:
        unless_known(file)
    caplog.set_level(logging.DEBUG)
    (tmp_path / "rows.csv").write_bytes(FILES[file])
    names = {"FILE": tmp_path / "rows.csv", "MODEL": fitted, "OUT": tmp_path / "out.csv"}
    done = run(*(names.get(word, word) for word in COMMANDS[command]))
    assert type(done.exception) in (type(None), SystemExit)
    sent = [f"{asked.url} {asked.headers}" for asked in service.requests]
    answer = done.stdout if done.exit_code else ""  # what was asked for: predictions with ids, a card with ranges
    assert not planted(answer, done.stderr, caplog.text, *sent, *kept_at_home(tmp_path / "home"))


@pytest.mark.parametrize("method", ["predict", "submit"])
@pytest.mark.parametrize("policy", ["refuse", "warn"])
@pytest.mark.parametrize("table", TABLES)
def test_the_client_repeats_no_value(client, fitted, tmp_path, caplog, unless_known, table, policy, method):
    """Nor do its notes, its warnings and what a traceback prints of its errors."""
    unless_known(table)
    caplog.set_level(logging.DEBUG)
    model = client.model("planted-free")
    model._on_out_of_range = policy
    said = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            getattr(model, method)(TABLES[table])
        except errors.SealdropError as error:
            lines = traceback.TracebackException.from_exception(error, capture_locals=False)
            said = [error.problem(), error.message, *lines.format_exception_only(), *_causes(error)]
    assert not planted(*said, *(warning.message for warning in warned), caplog.text, *kept_at_home(tmp_path / "home"))


def _causes(error):
    """Return what Python prints above an error, too."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [str(cause), *getattr(cause, "__notes__", ()), *_causes(cause)] if cause else []


def test_what_is_planted_is_found():
    """A walk that finds nothing anywhere would show nothing."""
    assert planted(f"x {WORD}") == ["planted", "hiv+"]
    assert planted(f"{NUMBER:g}", repr(NUMBER), f"{NUMBER:,}")
    assert not planted("planted-free@1")
