"""Every golden table, read by the product, by the second implementation, and by pandas where it may infer the kinds."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealdrop.errors import RefusedInput
from sealdrop.preprocessing.rows import columns_of
from sealdrop.tables.cells import reader
from sealdrop.tables.names import match
from sealdrop.tables.table import Choice, read
from sealdrop_core.dialect import Dialect
from sealdrop_core.manifest import Feature
from tests.contract.second import tables as second
from tests.contract.second.sealed_file import Refused
from tests.contract.vectors.tables import GOLDEN, TABLES

every_table = pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.name)


def _plain(values):
    """Return values as JSON has them: None for no value."""
    return [
        None if value is None or value != value else getattr(value, "item", lambda value=value: value)()
        for value in values
    ]


def _read(path: Path, document):
    """Return what the product makes of a file: its rows, or the refusal."""
    features = [Feature.model_construct(**feature) for feature in document["features"]]
    names = [feature.name for feature in features]

    def choose(header):
        places = match(header, names)
        return [Choice(place, one.name, one.kind) for place, one in zip(places, features, strict=True)]

    try:
        table = read(path, Dialect(**document["dialect"]), choose)
        with table.naming_lines():
            columns = columns_of(table.frame, features)
    except RefusedInput as refusal:
        words = refusal.message.replace(",", " ").replace("'", " ").split()
        line = [words[words.index("line") + 1]] if "line" in words else []
        column = [words[words.index("column") + 1]] if "line" in words and "column" in words else []
        return " ".join([refusal.code, *line, *column])
    return [list(row) for row in zip(*(_plain(column.values) for column in columns), strict=True)]


@every_table
def test_the_product_reads_it_as_expected(golden, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(golden.text.encode())
    assert _read(path, golden.document()) == (golden.refused or golden.rows)


@every_table
def test_the_second_implementation_reads_it_as_expected(golden):
    document = golden.document()
    try:
        made = second.read(golden.text.encode(), document["dialect"], document["features"])
    except Refused as refusal:
        made = str(refusal)
    assert made == (golden.refused or golden.rows)


@every_table
def test_it_is_kept_as_it_is_here(golden):
    assert (TABLES / f"{golden.name}.json").read_text() == golden.rendered()
    assert json.loads(golden.rendered())["features"]


# pandas makes floats, or text, of a whole column for one cell of it; a cell here never depends on another
INFERRED = {"integers", "word-among-integers"}


@pytest.mark.parametrize(
    "golden",
    [golden for golden in GOLDEN if golden.rows is not None and golden.name not in INFERRED],
    ids=lambda golden: golden.name,
)
def test_pandas_reads_it_alike(golden):
    """With the kinds given as dtypes; those that pandas cannot be given are left to its inference."""
    dtypes = {name: str if kind in ("text", "any") else None for name, kind in golden.kinds.items()}
    frame = pd.read_csv(
        io.StringIO(golden.text.removeprefix("\ufeff")),
        sep=golden.separator,
        decimal=golden.decimal,
        na_values=list(golden.missing),
        keep_default_na=False,
        dtype={name: kind for name, kind in dtypes.items() if kind},
    )[list(golden.kinds)]
    if golden.name in ("booleans", "missing"):  # a column of words and numbers is text to pandas
        frame = frame.map(
            lambda cell: reader(Dialect()).value(cell) if isinstance(cell, str) and cell != " NA" else cell
        )
    for made, wanted in zip(frame.to_numpy(dtype=object).tolist(), golden.rows, strict=True):
        assert _plain(made) == wanted


CELLS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(
        [
            "",
            "NA",
            " 1",
            "1 ",
            "1e5",
            "+5",
            "--5",
            "1_0",
            "True",
            "false",
            "inf",
            "1.",
            ".5",
            ".",
            "e5",
            "0x1",
            "1d",
            "NaN",
        ]
    ),
    st.text(st.characters(codec="ascii", exclude_characters='",\r\n\x00'), max_size=6),
)


@settings(max_examples=300)
@given(st.lists(CELLS, min_size=1, max_size=6))
def test_a_column_of_numbers_is_what_pandas_makes_of_it(cells):
    """Where pandas makes numbers of all cells, so does the rule, and the same ones."""
    text = "id,a\n" + "".join(f'{row},"{cell}"\n' for row, cell in enumerate(cells))
    column = pd.read_csv(io.StringIO(text))["a"]
    ours = reader(Dialect()).column(cells, "number")
    if column.dtype.kind in "fiub":
        np.testing.assert_array_equal(ours.astype(np.float64), column.to_numpy(dtype=np.float64))
        return
    words = {"True", "TRUE", "true", "False", "FALSE", "false"}
    assert ours.dtype == object or words & set(cells) or any(abs(value) >= 2**63 for value in ours)
