"""The local stack with its functions in containers."""

import os
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sealdrop.local import Stack
from sealdrop.local.runtime.environment import connection_variables
from sealdrop.local.template.functions import Function
from tests.sam.machine import architecture, bridge
from tests.sam.runtime import SamLocal, SamRuntime

ROOT = Path(__file__).parents[2]


def build(folder: Path) -> Path:
    """Run `sam build` for this machine into a folder, and let the functions be pointed at another AWS."""
    command = ["sam", "build", "--build-dir", str(folder), "--parameter-overrides", f"Architecture={architecture()}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=os.environ | {"SAM_CLI_TELEMETRY": "0"})
    template = folder / "template.yaml"
    # `sam local` sets only variables that a template declares, and in AWS there is none to declare
    declared = template.read_text().replace("Variables:\n", "Variables:\n        AWS_ENDPOINT_URL: ''\n", 1)
    template.write_text(declared)
    return folder


class SamStack(Stack):
    """Like the local stack, but on the Docker bridge and with `sam local` behind gateway, queues and schedule."""

    sam: SamLocal
    functions: Sequence[Function]

    def __init__(self, built: Path, **more: Any) -> None:
        super().__init__(built, host=bridge(), parameters={"Architecture": architecture()}, **more)

    def _start_runtime(self, exits: ExitStack, functions: Sequence[Function]) -> SamRuntime:
        connection = connection_variables(self._aws.account, self.aws_url)
        self.functions = functions
        self.sam = exits.enter_context(SamLocal(self.project, functions, connection))
        return SamRuntime(self.sam)
