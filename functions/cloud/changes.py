"""Changes to the table: what is written, and the condition it is written on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

Item = dict[str, Any]
Key = tuple[str, str]

ABSENT = Attr("pk").not_exists()

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as DynamoDB writes it."""
    return {name: _serialize(value) for name, value in values.items()}


def decode(item: Mapping[str, Any]) -> Item:
    """Return what DynamoDB wrote as plain values."""
    return {name: _deserialize(value) for name, value in item.items()}


@dataclass(frozen=True)
class New:
    """A whole item, to be written unless it is there; attributes that are None are left out."""

    key: Key
    attributes: Mapping[str, Any]
    when: ConditionBase = field(default_factory=lambda: ABSENT)

    def request(self) -> dict[str, Any]:
        """Return the parameters of a Put."""
        condition, names, values = _condition(self.when)
        item = {"pk": self.key[0], "sk": self.key[1]} | {k: v for k, v in self.attributes.items() if v is not None}
        return {"Put": {"Item": encode(item), "ConditionExpression": condition} | _placeholders(names, values)}


@dataclass(frozen=True)
class Change:
    """An update of one item. `first` sets what is not set yet; `add` adds to numbers."""

    key: Key
    when: ConditionBase
    set: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()

    def request(self) -> dict[str, Any]:
        """Return the parameters of an Update."""
        condition, names, values = _condition(self.when)
        names |= {f"#{name}": name for name in (*self.set, *self.first, *self.add, *self.remove)}
        values |= {f":{name}": value for name, value in ({**self.set, **self.first, **self.add}).items()}
        sets = [f"#{name} = :{name}" for name in self.set]
        sets += [f"#{name} = if_not_exists(#{name}, :{name})" for name in self.first]
        clauses = {
            "SET": sets,
            "ADD": [f"#{name} :{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in self.remove],
        }
        return {
            "Update": {
                "Key": encode({"pk": self.key[0], "sk": self.key[1]}),
                "UpdateExpression": " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts),
                "ConditionExpression": condition,
            }
            | _placeholders(names, values)
        }


def _condition(when: ConditionBase) -> tuple[str, dict[str, str], dict[str, Any]]:
    built = ConditionExpressionBuilder().build_expression(when)
    return (
        str(built.condition_expression),
        dict(built.attribute_name_placeholders),
        dict(built.attribute_value_placeholders),
    )


def _placeholders(names: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    found = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": encode(values)}
    return {name: value for name, value in found.items() if value}
