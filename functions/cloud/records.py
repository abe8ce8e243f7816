"""What every record of the table has in common."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from sealdrop_core.errors import SealdropError


class Record(BaseModel):
    """An item of the table as a type; attributes it does not name are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Failure(Record):
    """Why a job or a part failed."""

    code: str
    detail: str
    remedy: str

    @classmethod
    def of(cls, error: SealdropError) -> Self:
        """Record a refusal."""
        return cls(code=error.code, detail=error.message[:500], remedy=error.remedy[:500])


def partition(tenant: str) -> str:
    """Return the partition key of a tenant: there is no other way to an item, so there is no way to another's."""
    return f"T#{tenant}"
