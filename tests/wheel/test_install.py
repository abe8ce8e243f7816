"""What a data owner installs: the client, light, and nothing of the owner's side."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 180_000_000  # bytes, dependencies included


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and what it depends on, installed from this checkout."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command = [*pip, "--constraint", str(ROOT / "constraints.txt"), "--target", str(target), str(ROOT)]
    subprocess.run(command, check=True, timeout=300)
    return target


def test_it_is_light(site: Path) -> None:
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    assert size < LIMIT


@pytest.mark.parametrize("name", ["boto3", "botocore", "moto", "sklearn", "scipy", "aws_lambda_powertools"])
def test_it_brings_nothing_of_the_other_side(site: Path, name: str) -> None:
    assert not (site / name).exists()


def test_it_works_alone(site: Path) -> None:
    code = f"""
import sys
sys.path = [{str(site)!r}, *(path for path in sys.path if "site-packages" not in path)]
sys.argv = ["sealdrop", "--version"]
from sealdrop import Client, Keyring
from sealdrop.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("sealdrop")
