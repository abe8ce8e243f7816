"""What the server may know, read from its imports and its words."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS, CORE = ROOT / "functions", ROOT / "layers/core/sealdrop_core"
FUNCTION_PACKAGES = ("api", "baseline", "evaluate", "settle")
AWS = {"boto3", "botocore"}


def _files(folder, pattern="*.py"):
    return [path for path in sorted(folder.rglob(pattern)) if "__pycache__" not in path.parts and path.is_file()]


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _names(path):
    return {name.partition(".")[0] for name in _imports(path)}


def _ids(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*_files(FUNCTIONS, "*"), *_files(ROOT / "layers", "*")], ids=_ids)
def test_the_server_cannot_spell_what_only_a_data_owner_does(path):
    text = path.read_bytes().lower()
    for word in (b"decrypt", b"secretkey", b"secret_key"):
        assert word not in text


@pytest.mark.parametrize("path", _files(FUNCTIONS), ids=_ids)
def test_a_function_knows_the_cloud_and_core_and_no_other_function(path):
    own = path.relative_to(FUNCTIONS).parts[0]
    known = _names(path)
    assert not known & (set(FUNCTION_PACKAGES) - {own})
    assert "sealdrop" not in known
    if own != "cloud":
        assert not known & AWS


@pytest.mark.parametrize("path", _files(FUNCTIONS), ids=_ids)
def test_native_code_is_met_in_the_worker_only(path):
    native = {"numpy", "tenseal"} & _names(path)
    evaluation = {name for name in _imports(path) if name.startswith("sealdrop_core.evaluation")}
    assert native == ({"numpy"} if path == FUNCTIONS / "baseline/plaintext.py" else set())
    assert bool(evaluation) == (path == FUNCTIONS / "evaluate/worker.py")
    assert "evaluate.worker" not in set(_imports(path))


@pytest.mark.parametrize("path", _files(FUNCTIONS), ids=_ids)
def test_the_environment_is_read_once(path):
    read = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert bool(read & {"environ", "getenv"}) == (path == FUNCTIONS / "cloud/settings.py")


@pytest.mark.parametrize("path", [*_files(FUNCTIONS), *_files(CORE)], ids=_ids)
def test_nothing_is_unpickled(path):
    assert not _names(path) & {"pickle", "joblib", "marshal", "shelve", "dill"}


@pytest.mark.parametrize("path", _files(CORE), ids=_ids)
def test_core_knows_neither_cloud_nor_network_nor_environment(path):
    assert not _names(path) & {*AWS, "httpx", "requests", "urllib", "socket", "cloud", *FUNCTION_PACKAGES, "sealdrop"}
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert "environ" not in attributes
    assert "getenv" not in attributes


@pytest.mark.parametrize("module", ["api.app", "api.routes", "settle.app", "evaluate.pool", "evaluate.part"])
def test_a_cold_start_loads_no_mathematics(module):
    script = f"import sys, {module}; print(sorted({{'numpy', 'tenseal', 'sealdrop'}} & sys.modules.keys()))"
    variables = {
        "PYTHONPATH": f"{FUNCTIONS}:{ROOT / 'layers/core'}",
        "BUCKET_NAME": "bucket",
        "TABLE_NAME": "table",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    ran = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("missing", ["BUCKET_NAME", "TABLE_NAME"])
def test_a_function_without_its_environment_does_not_start(missing):
    variables = {
        "PYTHONPATH": f"{FUNCTIONS}:{ROOT / 'layers/core'}",
        "BUCKET_NAME": "bucket",
        "TABLE_NAME": "table",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    del variables[missing]
    ran = subprocess.run([sys.executable, "-c", "import api.app"], env=variables, capture_output=True, text=True)
    assert ran.returncode != 0
    assert missing in ran.stderr
