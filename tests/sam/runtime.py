"""`sam local` as a runtime of the local stack: every call of a function goes into a container."""

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from sealdrop.local.errors import FunctionFailed, RuntimeUnavailable
from sealdrop.local.runtime.invocation import from_payload, to_payload
from sealdrop.local.template.functions import Function

START_SECONDS = 120


class SamLocal:
    """`sam local` on a built project: `invoke` once, or `start-lambda` and `start-api` for as long as it is open."""

    def __init__(self, project: Path, functions: Sequence[Function], connection: Mapping[str, str]) -> None:
        self._project = project
        self._folder = tempfile.TemporaryDirectory(prefix="sealdrop-sam-")
        self.log = Path(self._folder.name, "log")
        self._variables = Path(self._folder.name, "variables.json")
        # only variables that the template declares reach a function, and each is the local stack's value
        endpoint = {"AWS_ENDPOINT_URL": connection["AWS_ENDPOINT_URL"]}
        values = {function.name: {**function.environment, **endpoint} for function in functions}
        self._variables.write_text(json.dumps(values))
        self._connection = connection
        self._processes: list[subprocess.Popen[bytes]] = []

    def once(self, function: str, event: Path) -> str:
        """Run `sam local invoke` and return what the function answers."""
        command = self._command("invoke", function, "--event", str(event))
        done = subprocess.run(command, cwd=self._project, env=self._environment(), capture_output=True, text=True)
        with self.log.open("a") as log:
            log.write(done.stderr)
        if done.returncode:
            raise RuntimeUnavailable(f"sam local invoke failed: {done.stderr[-400:]}")
        return done.stdout.strip().splitlines()[-1]

    def start(self, what: str) -> str:
        """Start `sam local start-lambda` or `start-api`; return its URL once it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = self._command(what, "--host", "127.0.0.1", "--port", str(port), "--warm-containers", "LAZY")
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=self._project, env=self._environment(), stdout=log, stderr=log)
        self._processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return f"http://127.0.0.1:{port}"
            time.sleep(0.2)
        raise RuntimeUnavailable(f"sam local {what} did not start: {self.log.read_text()[-400:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
            process.wait()
        self._folder.cleanup()

    def _command(self, what: str, *arguments: str) -> list[str]:
        template = str(self._project / "template.yaml")
        options = ["--template", template, "--skip-pull-image", "--env-vars", str(self._variables)]
        return ["sam", "local", what, *arguments, *options]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        credentials = {name: value for name, value in self._connection.items() if name.startswith("AWS_")}
        return kept | credentials | {"SAM_CLI_TELEMETRY": "0"}


class SamRuntime:
    """The runtime of a local stack, by way of `sam local start-lambda`. One call of a function at a time."""

    concurrency = 1

    def __init__(self, sam: SamLocal) -> None:
        self._client: Any = boto3.client(
            "lambda",
            endpoint_url=sam.start("start-lambda"),
            region_name="us-east-1",
            config=Config(signature_version=UNSIGNED, read_timeout=300, retries={"max_attempts": 0}, proxies={}),
        )

    def invoke(self, function: Function, event: Any) -> Any:
        """Return the function's result. Raises FunctionFailed."""
        answer = self._client.invoke(FunctionName=function.name, Payload=to_payload(function, event))
        result = from_payload(function, answer["Payload"].read())
        if answer.get("FunctionError") or (isinstance(result, dict) and "errorMessage" in result):
            raise FunctionFailed(function.name, str(result.get("errorType")), str(result.get("errorMessage")))
        return result
