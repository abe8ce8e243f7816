"""The built layers and functions in Lambda's own runtime: Python 3.13, the interface client, the emulator."""

import platform
import subprocess
import sysconfig
from types import SimpleNamespace

import pytest

from sealdrop.local import RuntimeUnavailable, Stack
from sealdrop.local.runtime import rie
from sealdrop.local.runtime.rie_binary import find_rie
from tests.aws.predict import predict
from tests.aws.python313 import python313

ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())


@pytest.fixture(scope="module")
def lambda_runtime(tmp_path_factory):
    """Have the emulator start Python 3.13 with nothing but the interface client and boto3, as Lambda does."""
    python = python313()
    if python is None:
        pytest.skip("no Python 3.13 here")
    try:
        find_rie()
    except RuntimeUnavailable as error:
        pytest.skip(error.message)
    site = tmp_path_factory.mktemp("var-runtime")
    install = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--target", site]
    subprocess.run([*install, "awslambdaric>=3,<5", "boto3>=1.35,<2"], check=True, capture_output=True)
    paths = sysconfig.get_paths() | {"purelib": str(site), "platlib": str(site)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rie, "sys", SimpleNamespace(executable=str(python)))
        patch.setattr(rie, "sysconfig", SimpleNamespace(get_paths=lambda: paths))
        yield


def test_what_is_deployed_walks_all_the_way(lambda_runtime, build, tmp_path):
    with Stack(build(ARCHITECTURE), runtime="rie", parameters={"Architecture": ARCHITECTURE}) as stack:
        assert len(list(predict(stack, tmp_path))) == 5
