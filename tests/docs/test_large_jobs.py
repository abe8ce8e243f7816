"""The page on large jobs says what a client holds."""

import re

import numpy as np

from sealdrop.request.bounded_map import WIDTH
from tests.docs.documents import ROOT, text

PAGE = text(ROOT / "docs/large-jobs.md")
ROWS, FEATURES = 100_000_000, 30
NUMBERS = {5: "five"}


def test_what_the_client_holds_is_said() -> None:
    number = np.dtype(np.float64).itemsize
    assert "100 million rows" in PAGE
    assert f"on {FEATURES} features" in PAGE
    said = re.search(r"here ([\d.]+) GB of\s+rows and ([\d.]+) GB of scores", PAGE)
    assert said
    assert [float(figure) for figure in said.groups()] == [ROWS * FEATURES * number / 1e9, ROWS * number / 1e9]
    assert f"at most {NUMBERS[WIDTH + 1]} sealed parts" in PAGE
