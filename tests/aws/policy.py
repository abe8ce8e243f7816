"""IAM's decision, for policies as this template uses them; anything else in a policy is an error here.

moto's own enforcement does not cover DynamoDB, conditions or presigned URLs. The rules:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ask:
    """One thing a principal wants to do. `context` holds condition keys in lower case, each with all its values."""

    action: str
    resource: str
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, action: str, resource: str, **context: str | Iterable[str]) -> "Ask":
        """Ask with condition keys written `service__key`."""
        pairs = (
            (name.replace("__", ":").lower(), (value,) if isinstance(value, str) else tuple(value))
            for name, value in context.items()
        )
        return cls(action, resource, tuple(sorted(pairs)))


@dataclass(frozen=True)
class Grant:
    """One action on one resource pattern under one statement's conditions: the smallest thing one can remove."""

    effect: str
    action: str
    resource: str
    conditions: Mapping[str, Mapping[str, Any]] = field(hash=False, default_factory=dict)
    principal: Any = field(hash=False, default=None)

    def concerns(self, ask: Ask) -> bool:
        """Whether action, resource and conditions all fit."""
        return (
            _like(self.action.lower(), ask.action.lower())
            and _like(self.resource, ask.resource)
            and all(_holds(operator, tests, dict(ask.context)) for operator, tests in self.conditions.items())
        )

    def __str__(self) -> str:
        return f"{self.effect} {self.action} on {self.resource}"


def grants(document: Mapping[str, Any]) -> Iterator[Grant]:
    """Take a policy document apart."""
    for statement in _several(document["Statement"]):
        assert not statement.keys() - {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}, statement
        for action in _several(statement["Action"]):
            for resource in _several(statement.get("Resource", "*")):
                yield Grant(
                    statement["Effect"], action, resource, statement.get("Condition", {}), statement.get("Principal")
                )


def is_allowed(held: Iterable[Grant], ask: Ask) -> bool:
    """Whether something allows it and nothing denies it."""
    effects = {grant.effect for grant in held if grant.concerns(ask)}
    return effects == {"Allow"}


def _holds(operator: str, tests: Mapping[str, Any], context: Mapping[str, tuple[str, ...]]) -> bool:
    quantifier, _, name = operator.rpartition(":")
    name, optional = re.subn("IfExists$", "", name)
    for key, wanted in tests.items():
        values = context.get(key.lower(), ())
        patterns = [str(value).lower() if isinstance(value, bool) else str(value) for value in _several(wanted)]
        if name == "Null":
            if (patterns == ["true"]) != (not values):
                return False
            continue
        if not values and (optional or quantifier == "ForAllValues"):
            continue
        matched = [any(_OPERATORS[name](value, pattern) for pattern in patterns) for value in values]
        if not (all(matched) and matched if quantifier != "ForAnyValue" else any(matched)):
            return False
    return True


def _like(pattern: str, value: str) -> bool:
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


_OPERATORS = {
    "StringEquals": lambda value, pattern: value == pattern,
    "StringLike": lambda value, pattern: _like(pattern, value),
    "ArnEquals": lambda value, pattern: _like(pattern, value),
    "ArnLike": lambda value, pattern: _like(pattern, value),
    "Bool": lambda value, pattern: value.lower() == pattern.lower(),
    "NumericLessThan": lambda value, pattern: float(value) < float(pattern),
    "NumericGreaterThan": lambda value, pattern: float(value) > float(pattern),
}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
