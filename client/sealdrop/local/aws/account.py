"""The account of one embedded AWS: its number, its only access key, its region."""

import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

REGION = "us-east-1"


@dataclass(frozen=True)
class Account:
    """One AWS account. Every stack has its own, so two stacks in one process never meet in moto."""

    number: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = REGION

    @classmethod
    def generate(cls) -> Self:
        """Return a fresh account."""
        letters = string.ascii_uppercase + "234567"
        return cls(
            number="".join(secrets.choice(string.digits) for _ in range(12)),
            access_key="AKIA" + "".join(secrets.choice(letters) for _ in range(16)),
            secret_key=secrets.token_urlsafe(30),
        )


def now() -> datetime:
    """Return the time, in UTC; the clock that tests replace."""
    return datetime.now(UTC)
