"""Cold starts under Lambda's runtime emulator: process start to first answer, against a handler that does nothing.

Both are the real runtime client of AWS in a process of its own; a ratio to the bare handler carries over to Lambda
better than milliseconds do. Every answer is one that asks nothing of AWS, so that only the start is timed.
"""

import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.report import Claim
from sealdrop.local.runtime.rie import ExecutionEnvironment
from sealdrop.local.runtime.rie_binary import find_rie
from sealdrop.local.template.functions import Function

ROUNDS = 7
PROJECT = Path(__file__).parent.parent
BARS = {"api": 12.0, "settle": 12.0, "evaluate": 14.0}
_BARE = "def handler(event, context):\n    return {}\n"
# enough for clients and settings to be made; nobody is asked
_SURROUNDINGS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "BUCKET_NAME": "benchmark",
    "TABLE_NAME": "benchmark",
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/benchmark",
    "WORKERS": "1",
}


def run() -> list[Claim]:
    """Start each function afresh, in turns, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare")
        bare.mkdir()
        (bare / "app.py").write_text(_BARE)
        functions = {"bare": (_function("bare", bare, "app.handler"), {})} | {
            name: (_function(name, PROJECT / "functions", f"{name}.app.handler"), event)
            for name, event in _events().items()
        }
        taken = _starts(functions, Path(folder, "log"))
    milliseconds = {name: min(each) for name, each in taken.items()}  # load only ever adds
    claims = [Claim("bare handler", "cold start", milliseconds["bare"], "ms")]
    for name, bar in BARS.items():
        ratio = milliseconds[name] / milliseconds["bare"]
        claims.append(Claim(name, "cold start", milliseconds[name], "ms", detail={"taken": taken[name]}))
        claims.append(Claim(name, "cold start, times a bare handler's", ratio, "x", bar=bar, at_least=False))
    return claims


def _function(name: str, code: Path, handler: str) -> Function:
    return Function(name=name, handler=handler, code=code, timeout=60, memory=1769, environment={})


def _events() -> Mapping[str, Any]:
    """Events that are answered without a question to AWS."""
    health = json.loads((PROJECT / "events" / "api-describe-model.json").read_text())
    health["rawPath"] = health["requestContext"]["http"]["path"] = "/v1/health"
    tested = json.loads((PROJECT / "events" / "evaluate-test-event.json").read_text())
    return {"api": health, "evaluate": tested, "settle": tested}


def _starts(functions: Mapping[str, tuple[Function, Any]], log: Path) -> dict[str, list[float]]:
    binary, layers = find_rie(), (PROJECT / "layers" / "core",)
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(ROUNDS + 1):
        for name, (function, event) in functions.items():
            start = time.perf_counter()
            environment = ExecutionEnvironment(binary, function, layers, _SURROUNDINGS, log)
            try:
                environment.invoke(event)
                if number:  # the first round only compiles and fills the page cache
                    taken[name].append((time.perf_counter() - start) * 1e3)
            finally:
                environment.close()
    return taken
