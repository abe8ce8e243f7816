"""A bill: usage at prices, a line for each service."""

from collections.abc import Mapping
from dataclasses import dataclass

from sealdrop.cost.prices import PriceTable, Resource


@dataclass(frozen=True)
class Line:
    """One resource: how much of it, and what that costs in US dollars."""

    resource: Resource
    quantity: float
    usd: float


@dataclass(frozen=True)
class Bill:
    """All lines; a resource that is not used has none."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """The sum in US dollars."""
        return sum(line.usd for line in self.lines)


def bill(usage: Mapping[Resource, float], prices: PriceTable) -> Bill:
    """Return what the usage costs."""
    used = ((resource, quantity) for resource, quantity in usage.items() if quantity)
    return Bill(tuple(Line(resource, quantity, quantity * prices.usd(resource)) for resource, quantity in used))
