"""The context object a Python handler receives.

Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

import time
import uuid
from dataclasses import dataclass, field
from typing import Self

from sealdrop.local.aws.account import Account
from sealdrop.local.template.functions import Function


@dataclass(frozen=True)
class LambdaContext:
    """One call's identity and its time left."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str  # a string, as the real runtime has it
    deadline: float = field(repr=False)  # of time.monotonic()
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    client_context: None = None
    identity: None = None

    @property
    def log_group_name(self) -> str:
        """Return the function's log group."""
        return f"/aws/lambda/{self.function_name}"

    @classmethod
    def of(cls, function: Function, account: Account) -> Self:
        """Return the context of a call that begins now."""
        return cls(
            function_name=function.name,
            invoked_function_arn=f"arn:aws:lambda:{account.region}:{account.number}:function:{function.name}",
            memory_limit_in_mb=str(function.memory),
            deadline=time.monotonic() + function.timeout,
        )

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before Lambda would end the call."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))
