"""The local stack with its functions in containers."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from sealdrop.local import Stack
from sealdrop.local.runtime.environment import connection_variables
from sealdrop.local.template.functions import Function
from tests.sam.machine import architecture, bridge
from tests.sam.runtime import SamLocal, SamRuntime


class SamStack(Stack):
    """Like the local stack, but on the Docker bridge and with `sam local` behind gateway, queues and schedule."""

    sam: SamLocal

    def __init__(self, **more: Any) -> None:
        super().__init__(host=bridge(), parameters={"Architecture": architecture()}, **more)

    def _start_runtime(self, exits: ExitStack, functions: Sequence[Function]) -> SamRuntime:
        connection = connection_variables(self._aws.account, self.aws_url)
        self.sam = exits.enter_context(SamLocal(self.project, functions, connection))
        self.functions = functions
        return SamRuntime(self.sam)
