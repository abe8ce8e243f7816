"""What is missing is named, with the extra that brings it."""

import pytest

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
    assert f"sealdrop[{extra}]" in refusal.value.remedy


def test_an_object_of_a_module_that_is_not_there_is_told(tmp_path):
    (tmp_path / "model.joblib").write_bytes(b"cno_such_module\nModel\n.")
    with pytest.warns(UserWarning, match="runs the code"), pytest.raises(UnsupportedModel) as refusal:
        read(tmp_path / "model.joblib")
    assert "no_such_module" in refusal.value.message
