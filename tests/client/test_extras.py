"""What is missing is named, with the extra that brings it."""

import sys

import pytest

from sealdrop import SigV4
from sealdrop.cli.extras import needs
from sealdrop.errors import Misconfigured
from sealdrop.publish import UnsupportedModel
from sealdrop.publish.reading import read


@pytest.mark.parametrize(
    ("module", "extra"), [("onnx", "onnx"), ("sklearn.linear_model", "sklearn"), ("boto3", "publish")]
)
def test_a_missing_module_is_told_with_its_extra(module, extra):
    with pytest.raises(Misconfigured) as refusal, needs("publish"):
        raise ModuleNotFoundError(name=module)
    assert refusal.value.code == "extra_missing"
    assert refusal.value.remedy == f"Install sealdrop[{extra}]: in a clone, pip install '.[{extra}]'."


def test_signing_without_botocore_is_told_in_the_same_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(Misconfigured, match="needs botocore") as refusal:
        SigV4("eu-central-1")
    assert refusal.value.remedy == "Install sealdrop[aws]: in a clone, pip install '.[aws]'."


def test_an_object_of_a_module_that_is_not_there_is_told(tmp_path):
    (tmp_path / "model.joblib").write_bytes(b"cno_such_module\nModel\n.")
    with pytest.warns(UserWarning, match="runs the code"), pytest.raises(UnsupportedModel) as refusal:
        read(tmp_path / "model.joblib")
    assert "no_such_module" in refusal.value.message
