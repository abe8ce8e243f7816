"""The two runtimes, held to the same contract; and what each restores or refuses."""

import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from sealdrop.local import FunctionFailed, RuntimeUnavailable, StackInUse
from sealdrop.local.aws.account import Account
from sealdrop.local.runtime.in_process import InProcessRuntime
from sealdrop.local.runtime.rie_binary import VARIABLE, find_rie
from sealdrop.local.runtime.rie_pool import RieRuntime
from sealdrop.local.template.functions import Function
from tests.local.conftest import rie_or_skip

ACCOUNT = Account.generate()
HANDLER = """
import json, os, time
LOADED_AS = os.environ["WHO"]
def handler(event, context):
    match event:
        case {"raise": text}: raise ValueError(text)
        case {"sleep": seconds}: time.sleep(seconds)
        case {"exit": code}: os._exit(code)
        case {"give": "bytes"}: return b"no JSON"
        case {"give": "much"}: return "x" * (6 * 2**20)
    return {"who": LOADED_AS, "event": event, "id": context.aws_request_id, "memory": context.memory_limit_in_mb,
            "left": context.get_remaining_time_in_millis(), "layer": __import__("in_layer").NAME,
            "key": os.environ["AWS_ACCESS_KEY_ID"], "profile": os.environ.get("AWS_PROFILE")}
"""


def functions(folder: Path) -> list[Function]:
    """Write two functions, their layer, and one that cannot be imported."""
    (folder / "layer").mkdir()
    (folder / "layer" / "in_layer.py").write_text("NAME = 'layer'")
    code = folder / "code"
    for name in ("one", "two"):
        (code / name).mkdir(parents=True)
        (code / name / "app.py").write_text(HANDLER)
    return [Function(name, f"{name}.app.handler", code, 1, 256, {"WHO": name}) for name in ("one", "two")]


@pytest.fixture(params=["in-process", "rie"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run the two functions in either runtime."""
    monkeypatch.setenv("AWS_PROFILE", "the-developers-own")
    made, layers, connection = functions(tmp_path), [tmp_path / "layer"], {"AWS_ACCESS_KEY_ID": "local"}
    if request.param == "rie":
        rie_or_skip()
        with RieRuntime(made, layers, connection, 1) as rie:
            yield rie, made
    else:
        with InProcessRuntime(made, layers, ACCOUNT, connection, 1) as in_process:
            yield in_process, made


def test_both_runtimes_keep_lambdas_contract(runtime: Any) -> None:
    running, (one, two) = runtime
    result = running.invoke(one, {"a": [1, "é", None]})
    assert result["event"] == {"a": [1, "é", None]}
    assert (result["who"], running.invoke(two, {})["who"]) == ("one", "two")
    assert (result["memory"], result["layer"]) == ("256", "layer")
    assert 0 < result["left"] <= 1000
    assert result["id"] != running.invoke(one, {})["id"]
    assert (result["key"], result["profile"]) == ("local", None)


def test_failures_have_a_type_and_leave_the_runtime_usable(runtime: Any) -> None:
    running, (one, _) = runtime
    with pytest.raises(FunctionFailed, match="as asked") as failed:
        running.invoke(one, {"raise": "as asked"})
    assert failed.value.error_type == "ValueError"
    with pytest.raises(FunctionFailed):
        running.invoke(one, {"give": "bytes"})
    assert running.invoke(one, {})["who"] == "one"


def test_payloads_have_a_limit(runtime: Any) -> None:
    running, (one, _) = runtime
    with pytest.raises(FunctionFailed) as refused:
        running.invoke(one, "x" * (6 * 2**20))
    assert refused.value.error_type == "RequestEntityTooLargeException"
    with pytest.raises(FunctionFailed) as refused:
        running.invoke(one, {"give": "much"})
    assert refused.value.error_type == "Function.ResponseSizeTooLarge"


@pytest.fixture
def rie(tmp_path: Path) -> Iterator[tuple[RieRuntime, Function]]:
    """Run one function in the emulator."""
    rie_or_skip()
    [one, _] = functions(tmp_path)
    with RieRuntime([one], [tmp_path / "layer"], {"AWS_ACCESS_KEY_ID": "local"}, 1) as running:
        yield running, one


def test_rie_ends_a_call_that_takes_too_long(rie: tuple[RieRuntime, Function]) -> None:
    running, one = rie
    with pytest.raises(FunctionFailed, match="timed out"):
        running.invoke(one, {"sleep": 30})
    assert running.invoke(one, {})["who"] == "one"


def test_rie_survives_a_function_that_dies(rie: tuple[RieRuntime, Function]) -> None:
    running, one = rie
    with pytest.raises(FunctionFailed) as failed:
        running.invoke(one, {"exit": 3})
    assert failed.value.error_type == "Runtime.ExitError"
    assert running.invoke(one, {})["who"] == "one"


def test_rie_reports_a_handler_that_cannot_be_imported(tmp_path: Path) -> None:
    rie_or_skip()
    [one, _] = functions(tmp_path)
    (one.code / "one" / "app.py").write_text("import nowhere")
    with RieRuntime([one], [], {}, 1) as running, pytest.raises(FunctionFailed) as failed:
        running.invoke(one, {})
    assert failed.value.error_type == "Runtime.ImportModuleError"


def test_rie_binary_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / "emulator"
    binary.write_text("")
    binary.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(binary))
    assert find_rie() == binary


def test_rie_that_does_not_start_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / "emulator"
    binary.write_text("#!/bin/sh\necho broken; exit 1\n")
    binary.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(binary))
    [one, _] = functions(tmp_path)
    with RieRuntime([one], [], {}, 1) as running, pytest.raises(RuntimeUnavailable, match="broken") as refused:
        running.invoke(one, {})
    assert refused.value.code == "rie_not_started"


def test_in_process_restores_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "the-developers-own")
    before = dict(os.environ), list(sys.path), boto3.DEFAULT_SESSION
    monkeypatch.setitem(sys.modules, "one", json)
    with InProcessRuntime(functions(tmp_path), [tmp_path / "layer"], ACCOUNT, {"AWS_ACCESS_KEY_ID": "local"}, 1):
        assert os.environ["AWS_ACCESS_KEY_ID"] == "local"
        assert sys.modules["one"] is not json
    assert (dict(os.environ), list(sys.path), boto3.DEFAULT_SESSION) == before
    assert sys.modules["one"] is json
    assert not {"one.app", "two", "two.app"} & set(sys.modules)


def test_in_process_refuses_a_handler_that_cannot_be_imported(tmp_path: Path) -> None:
    made = functions(tmp_path)
    (made[1].code / "two" / "app.py").write_text("import nowhere")
    before = dict(os.environ), list(sys.path)
    with pytest.raises(RuntimeUnavailable) as refused:
        InProcessRuntime(made, [], ACCOUNT, {}, 1).__enter__()
    assert refused.value.code == "handler_not_importable"
    assert (dict(os.environ), list(sys.path)) == before


def test_one_in_process_runtime_at_a_time(tmp_path: Path) -> None:
    made = functions(tmp_path), [tmp_path / "layer"], ACCOUNT, {"AWS_ACCESS_KEY_ID": "local"}, 1
    with InProcessRuntime(*made), pytest.raises(StackInUse):
        InProcessRuntime(*made).__enter__()
    with InProcessRuntime(*made) as again:
        assert again.invoke(made[0][0], {})["who"] == "one"


def test_in_process_refuses_functions_of_several_folders(tmp_path: Path) -> None:
    one, two = functions(tmp_path)
    with pytest.raises(RuntimeUnavailable, match="several folders"):
        InProcessRuntime([one, dataclasses.replace(two, code=tmp_path)], [], ACCOUNT, {}, 1).__enter__()
