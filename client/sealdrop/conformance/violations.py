"""How a sentence of the contract may fail to hold, or to apply."""

from sealdrop_core.errors import SealdropError


class Violation(SealdropError):
    """The deployment does not do what the contract says."""

    code = "contract_violated"
    remedy = "Compare the deployment's release with the contract."


class NotApplicable(Exception):
    """There is nothing to hold the sentence against: no such model, no second tenant, no clock to move."""


def require(condition: bool, otherwise: str) -> None:
    """Raise Violation unless the condition holds."""
    if not condition:
        raise Violation(otherwise)
