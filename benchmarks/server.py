"""The server's half of one request, as the worker runs it: bytes in, bytes out."""

from dataclasses import dataclass

from tests.engine.twin import Twin

from sealdrop_core.circuit import Array, Circuit
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import split


@dataclass(frozen=True)
class Request:
    """A sealed input, and everything a data owner and a warm worker hold."""

    twin: Twin
    sealed: bytes

    @property
    def plan(self) -> Plan:
        """How the request is evaluated."""
        return self.twin.plan

    @property
    def keys(self) -> bytes:
        """The sealed keys file; empty if the plan needs none."""
        return self.twin.keyring.enrollment(self.plan) or b""

    def answer(self) -> bytes:
        """Return the body of the result."""
        header, body = split(self.sealed, "input")
        return self.twin.program.answer(body, header.rows, self.twin.keys)


def request(circuit: Circuit, plan: Plan, X: Array) -> Request:
    """Seal rows X, shape (rows, features), and load what a warm worker holds."""
    twin = Twin.of(circuit, plan)
    return Request(twin, twin.seal(X))
