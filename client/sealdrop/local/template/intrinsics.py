"""The intrinsic functions of CloudFormation, resolved against parameters and created resources."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealdrop.local.errors import TemplateError
from sealdrop.local.template.document import Template

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")
_NO_VALUE = object()


@dataclass(frozen=True)
class Resource:
    """A physical resource: what `Ref` gives, and what `Fn::GetAtt` gives by attribute."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resolver:
    """Replace intrinsics by values.

    `values` holds parameters and pseudo parameters; `resource` returns a resource by its logical id, creating it
    if that is how it comes to be. Raises TemplateError for what is unknown.
    """

    def __init__(self, template: Template, values: Mapping[str, Any], resource: Callable[[str], Resource]) -> None:
        self._template = template
        self._values = {**values, "AWS::NoValue": _NO_VALUE}
        self._resource = resource
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Equals": lambda pair: str(self.resolve(pair[0])) == str(self.resolve(pair[1])),
            "Fn::Not": lambda terms: not self.resolve(terms[0]),
            "Fn::And": lambda terms: all(self.resolve(term) for term in terms),
            "Fn::Or": lambda terms: any(self.resolve(term) for term in terms),
            "Fn::Join": lambda pair: pair[0].join(map(str, self.resolve(pair[1]))),
            "Fn::Split": lambda pair: self.resolve(pair[1]).split(pair[0]),
            "Fn::Select": lambda pair: self.resolve(pair[1])[int(self.resolve(pair[0]))],
            "Fn::Base64": lambda text: base64.b64encode(self.resolve(text).encode()).decode(),
        }

    def resolve(self, value: Any) -> Any:
        """Return `value` with every intrinsic replaced; entries that resolve to AWS::NoValue are left out."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name in self._functions and not (name == "Condition" and not isinstance(argument, str)):
                return self._call(name, argument)
            if name.startswith("Fn::"):
                raise TemplateError(f"{name} is not supported", code="intrinsic_unsupported")
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def condition(self, name: str) -> bool:
        """Evaluate the condition of this name."""
        if name not in self._template.conditions:
            raise TemplateError(f"no condition {name}", code="reference_unknown")
        return bool(self.resolve(self._template.conditions[name]))

    def _call(self, name: str, argument: Any) -> Any:
        try:
            return self._functions[name](argument)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise TemplateError(f"malformed {name}: {argument!r}", code="intrinsic_malformed") from error

    def _ref(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._resource(name).ref

    def _get_att(self, argument: Any) -> str:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        attributes = self._resource(name).attributes
        if attribute not in attributes:
            raise TemplateError(f"no attribute {attribute} of {name}", code="reference_unknown")
        return attributes[attribute]

    def _sub(self, argument: Any) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match[str]) -> str:
            literal, name = match[1], match[2].strip()
            if literal:
                return "${" + match[2] + "}"
            if name in own:
                return str(self.resolve(own[name]))
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _PLACEHOLDER.sub(value, text)

    def _if(self, argument: Any) -> Any:
        name, yes, no = argument
        return self.resolve(yes if self.condition(name) else no)

    def _find_in_map(self, argument: Any) -> Any:
        name, first, second = (self.resolve(key) for key in argument[:3])
        return self.resolve(self._template.mappings[name][str(first)][str(second)])
