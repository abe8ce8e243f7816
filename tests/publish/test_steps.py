"""Preprocessing on the client: the same numbers as scikit-learn's on tables with missing and unknown values."""

import warnings
from typing import Any

import numpy as np
import pytest
from tests.publish.tables import LENIENT, TABLE, TRANSFORMERS, columns

from sealdrop.preprocessing.steps import run
from sealdrop.publish.calibration import Calibration
from sealdrop.publish.conventions import Conventions
from sealdrop.publish.sklearn.registry import compile_transformer
from sealdrop_core.steps import outputs


def _fit(transformer: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return transformer.fit(TABLE)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers_agree_with_scikit_learn(name: str) -> None:
    transformer, table = TRANSFORMERS[name]
    compiled = compile_transformer(_fit(transformer))
    assert outputs(compiled.steps, compiled.width) == compiled.network.features
    calibration = Calibration.read(TABLE, compiled, Conventions(allow_unknown=LENIENT.get(name, ())))
    found = compiled.network.evaluate(run(calibration.steps, columns(table, calibration.features)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = transformer.transform(table)
    wanted = wanted.toarray() if hasattr(wanted, "toarray") else wanted
    np.testing.assert_allclose(found, wanted.astype(float), rtol=1e-12, atol=1e-12)
