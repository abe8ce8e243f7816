"""Who and what takes part, and the register of ways."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sealdrop.publish.store import Store
from sealdrop_core.sealed import Header, split
from tests.functions.events import BUCKET, TABLE, created

NOBODY, NOTHING = "0" * 26, "0" * 64
Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class World:
    """A data owner, a model with an open and a private plan, rows, the sweep, the clock, and what can be broken."""

    owner: Any
    pool: Any
    plan: Any
    private: Any
    rows: Any
    settle: Any
    later: Any
    patch: Any

    def seal(self, plan: Any = None) -> bytes:
        """Return a sealed input of the rows."""
        return self.owner.seal(plan or self.plan, self.rows)

    def order(self, **changes: Any) -> dict[str, Any]:
        """Return a good request for a job, with changes."""
        return self.owner.request(self.plan, {0: (len(self.rows), self.seal())}) | changes

    def submit(self, **changes: Any) -> Any:
        """Submit a job that differs from a good one; return the answer."""
        return self.owner.submit(self.order(**changes))

    def send(self, plan: Any = None, change: Change = bytes) -> tuple[str, tuple[str, str]]:
        """Submit a good job and upload other bytes than it announced; return its id and the object."""
        plan = plan or self.plan
        self.owner.enroll(plan)
        good = self.seal(plan)
        file = change(good)
        body = self.owner.request(plan, {0: (len(self.rows), good)})
        body["uploads"][0]["sha256"] = hashlib.sha256(file).hexdigest()
        answer = self.owner.submit(body).json
        return answer["job"]["id"], self.owner.put(answer["uploads"][0], file)

    def evaluate(self, sent: tuple[str, tuple[str, str]], times: int = 1, seconds: float = 60) -> Any:
        """Deliver an uploaded object; return its part."""
        for _ in range(times):
            self.owner.deliver(sent[1], seconds=seconds)
        return self.owner.part(sent[0])

    def store(self) -> Store:
        """Return the model owner's store."""
        return Store(BUCKET, TABLE, self.owner.aws.s3, self.owner.aws.dynamodb)

    def replace(self, key: str, body: bytes) -> None:
        """Replace an object in the bucket."""
        self.owner.aws.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def bury(self, sent: tuple[str, tuple[str, str]]) -> Any:
        """Deliver an uploaded object's message as a dead letter; return its part."""
        self.settle(created(sent[1], name="settle-dead-letter"))
        return self.owner.part(sent[0])


Way = Callable[[World], Any]
WAYS: dict[tuple[str, str], Way] = {}


def way(to: str, code: str) -> Callable[[Way], Way]:
    """Register a way; it returns the answer, the part or the job that says the code."""

    def register(function: Way) -> Way:
        WAYS[to, code] = function
        return function

    return register


def header_field(name: str, value: str) -> Change:
    """Return a change of one field of a sealed input's header."""

    def change(file: bytes) -> bytes:
        header, body = split(file, "input")
        return Header("input", {**header.fields, name: value}).render() + bytes(body)

    return change
