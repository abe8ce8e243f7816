"""Where objects lie: prefix, then tenant, then id. The prefix is the IAM boundary, event filter and lifecycle rule."""

import re
from typing import NamedTuple, Self

_INPUT = re.compile(r"inputs/(t[0-9a-f]{32})/([0-9a-z]{26})/([0-9]{6})", re.ASCII)


class Slot(NamedTuple):
    """The place of one part of one job."""

    tenant: str
    job: str
    part: int

    @property
    def input(self) -> str:
        """Key of the sealed input."""
        return f"inputs/{self.tenant}/{self.job}/{self.part:06d}"

    @property
    def result(self) -> str:
        """Key of the sealed result."""
        return f"results/{self.tenant}/{self.job}/{self.part:06d}"

    @classmethod
    def of_input(cls, key: str) -> Self | None:
        """Return the slot of an input's key, or None when the key is not one of ours."""
        match = _INPUT.fullmatch(key)
        return cls(match[1], match[2], int(match[3])) if match else None


def job_prefixes(tenant: str, job: str) -> tuple[str, str]:
    """Return the prefixes that hold all of a job's objects."""
    return f"inputs/{tenant}/{job}/", f"results/{tenant}/{job}/"


def keys(tenant: str, key: str) -> str:
    """Return the key of a sealed keys file."""
    return f"keys/{tenant}/{key}"


def manifest(name: str, version: int) -> str:
    """Return the key of a model's manifest."""
    return f"models/{name}/{version}/manifest.json"


def weights(name: str, version: int) -> str:
    """Return the key of a model's weights."""
    return f"models/{name}/{version}/weights.npz"
