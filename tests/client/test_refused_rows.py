"""A refusal says what is wrong with a value, and carries the row and the column it stands in."""

import numpy as np
import pytest

from sealdrop import OutOfRange, RefusedInput
from sealdrop.preprocessing.ranges import within
from sealdrop.preprocessing.rows import admit
from sealdrop_core.manifest import Feature
from sealdrop_core.steps import Branch, Branches, Codebook, Ordinal


@pytest.fixture
def manifest(published):
    return published["breast-cancer@1"][0]


@pytest.fixture
def stepped(manifest):
    """A manifest with a column of numbers that may not be missing, and one of categories."""
    features = (Feature(name="age", low=20.0, high=60.0), Feature(name="size", kind="text"))
    book, ages = Codebook(categories=("s", "m"), codes=(0.0, 1.0)), Branch(columns=(0,), steps=())
    branches = Branches(branches=(ages, Branch(columns=(1,), steps=(Ordinal(columns=(book,)),))))
    return manifest.model_copy(update={"features": features, "steps": (branches,), "leeway": 1.0})


def refused(X, manifest, **options):
    with pytest.raises(RefusedInput) as refusal:
        admit(X, manifest, **options)
    return refusal.value


@pytest.mark.parametrize("policy", ["refuse", "warn", "clip"])
@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_value_is_not_called_missing(manifest, cancer, policy, value):
    X = cancer.X[:4].to_numpy().copy()
    X[1, 0], X[2, 3], X[3, 3] = np.nan, value, value
    refusal = refused(X, manifest, on_out_of_range=policy)
    assert refusal.message == "row 2, column 'mean area' is infinite (2 such values in all)"
    assert (refusal.code, refusal.row, refusal.column) == ("not_finite", 2, "mean area")


def test_a_missing_value_is_called_missing(manifest, cancer):
    X = cancer.X[:4].to_numpy().copy()
    X[1, 0] = np.nan
    refusal = refused(X, manifest)
    assert refusal.message == "row 1, column 'mean radius' has no value"
    assert (refusal.row, refusal.column) == (1, "mean radius")


@pytest.mark.parametrize("policy", ["refuse", "warn", "clip"])
def test_an_infinite_value_is_not_called_missing_before_steps(stepped, policy):
    refusal = refused([[30.0, "s"], [None, "s"], [np.inf, "s"]], stepped, on_out_of_range=policy)
    assert refusal.message == "row 2, column 'age' is infinite"
    assert (refusal.row, refusal.column) == (2, "age")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ([None, "s"], "not_finite", "age"),
        ([30.0, "xl"], "unknown_category", "size"),
        ([1e6, "s"], "out_of_range", "age"),
    ],
)
def test_a_refusal_names_the_row_and_the_column(stepped, row, code, column):
    refusal = refused([[30.0, "s"], row], stepped)
    assert (refusal.code, refusal.row, refusal.column) == (code, 1, column)


AGE, SIZE = Feature(name="age", low=-7.0, high=77.0), Feature(name="size", low=0.0, high=1.0)
SAME, TINY = Feature(name="same", low=5.0, high=5.0), Feature(name="tiny", low=0.0, high=1e-9)
FAR = "too far from the model's ranges"


@pytest.mark.parametrize(
    ("rows", "features", "far", "leaves"),
    [
        ([[0.0], [203.0]], [AGE], f"row 1 is {FAR}", "'age' leaves [-7, 77] by 1.5 times its width"),
        ([[203.0], [-133.0]], [AGE], f"2 rows are {FAR}, row 0 first", "'age' leaves [-7, 77] by 1.5 times its width"),
        (
            [[203.0, 2.0]],
            [AGE, SIZE],
            f"row 0 is {FAR}",
            "'age' leaves [-7, 77] by 1.5 times its width, and 2 of its columns leave theirs",
        ),
        ([[9.0]], [SAME], f"row 0 is {FAR}", "'same' leaves [5, 5]"),
        ([[1.7e308]], [TINY], f"row 0 is {FAR}", "'tiny' leaves [0, 1e-09]"),
    ],
)
def test_a_range_is_left_by_words_that_fit(rows, features, far, leaves):
    with pytest.warns(OutOfRange) as warned:
        within(np.array(rows), features, 1.0, "warn")
    assert [str(warning.message) for warning in warned] == [f"{far}: its column {leaves}"]


def test_a_column_may_have_braces_in_its_name(manifest):
    features = (Feature(name="{0}{age}", low=0.0, high=9.0), *manifest.features[1:])
    refusal = refused([["old", *[1.0] * 29]], manifest.model_copy(update={"features": features}))
    assert refusal.message == "row 0, column '{0}{age}' is not a number"
