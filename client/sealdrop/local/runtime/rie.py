"""Functions in the real Lambda runtime: one emulator process for each concurrent call, without Docker.

The emulator takes one call at a time, truncates large requests, does not enforce memory, and answers most failures
with status 200; what it cannot do is refused here and what it hides is told apart.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from sealdrop.local.errors import FunctionFailed, RuntimeUnavailable
from sealdrop.local.runtime.environment import function_variables
from sealdrop.local.runtime.invocation import from_payload, to_payload
from sealdrop.local.template.functions import Function

_START_SECONDS = 10
_STOP_SECONDS = 5
_LATE_SECONDS = 30  # beyond the function's own timeout: init, and the emulator's reset
_INVOKE = "/2015-03-31/functions/function/invocations"
_ERROR = {"errorMessage", "errorType"}
_ERROR_MEMBERS = _ERROR | {"requestId", "stackTrace"}


class ExecutionEnvironment:
    """One aws-lambda-rie process with one Python runtime in it. Not for concurrent calls."""

    def __init__(
        self, binary: Path, function: Function, layers: Sequence[Path], connection: Mapping[str, str], log: Path
    ) -> None:
        self._function = function
        self._closed = False
        port, internal_port = _free_ports(2)
        command = [
            str(binary),
            *("--log-level", "error"),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
            *("--runtime-api-address", f"127.0.0.1:{internal_port}"),
            *(sys.executable, "-m", "awslambdaric", function.handler),
        ]
        with log.open("ab") as output:
            # a session of its own, so that what the function starts ends with it
            self._process = subprocess.Popen(  # noqa: S603
                command,
                env=_variables(function, layers, connection),
                cwd=function.code,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=function.timeout + _LATE_SECONDS, trust_env=False
        )
        self._await_port(port, log)

    def invoke(self, event: Any) -> Any:
        """Return the function's result. Raises FunctionFailed; httpx.TransportError if the emulator died."""
        name = self._function.name
        response = self._client.post(_INVOKE, content=to_payload(self._function, event))
        try:
            result = from_payload(self._function, response.content)
        except ValueError:  # a sentence: "Task timed out after 2.00 seconds"
            raise FunctionFailed(name, "Sandbox.Timedout", response.text) from None
        if isinstance(result, dict) and _ERROR <= set(result) <= _ERROR_MEMBERS:
            raise FunctionFailed(name, result["errorType"], result["errorMessage"])
        if response.status_code != httpx.codes.OK:
            raise FunctionFailed(name, "Runtime.Unknown", f"status {response.status_code}")
        return result

    def close(self) -> None:
        """End the process and everything it started. Closing twice is harmless."""
        if self._closed:
            return
        self._closed = True
        self._client.close()
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _await_port(self, port: int, log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.01)
        self.close()
        message = f"aws-lambda-rie did not start for {self._function.name}: {tail(log)}"
        raise RuntimeUnavailable(message, code="rie_not_started")


def tail(log: Path, length: int = 400) -> str:
    """Return the end of a log, as text."""
    return log.read_bytes()[-length:].decode("utf-8", "replace").strip() if log.is_file() else ""


def _variables(function: Function, layers: Sequence[Path], connection: Mapping[str, str]) -> dict[str, str]:
    site = sysconfig.get_paths()
    path = [function.code, *layers, Path(site["purelib"]), Path(site["platlib"])]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(map(str, path))),
        "TMPDIR": tempfile.gettempdir(),
        **function_variables(function),
        **connection,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
    }


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
