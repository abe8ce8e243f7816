"""The values of a template's parameters: what was given, else the default."""

from collections.abc import Mapping
from typing import Any

from sealdrop.local.errors import TemplateError
from sealdrop.local.template.document import Template


def parameter_values(template: Template, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for every parameter, checked as CloudFormation checks it.

    Raises TemplateError `parameter_unknown`, `parameter_missing` or `parameter_not_allowed`.
    """
    unknown = sorted(set(given) - set(template.parameters))
    if unknown:
        raise TemplateError(f"the template has no parameter {', '.join(unknown)}", code="parameter_unknown")
    return {name: _value(name, declared, given) for name, declared in template.parameters.items()}


def _value(name: str, declared: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    if name not in given and "Default" not in declared:
        raise TemplateError(
            f"parameter {name} has no default", code="parameter_missing", remedy=f"Pass parameters={{'{name}': ...}}."
        )
    value = given.get(name, declared.get("Default"))
    allowed = declared.get("AllowedValues")
    if allowed and str(value) not in map(str, allowed):
        raise TemplateError(f"parameter {name} must be one of {allowed}", code="parameter_not_allowed")
    if declared.get("Type") == "CommaDelimitedList" and isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return value
