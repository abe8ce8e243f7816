"""The template as a document: YAML with CloudFormation's short-form intrinsics."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from sealdrop.local.errors import TemplateError

Section = Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """The sections of a SAM template, intrinsics in their long form (`{"Fn::Sub": ...}`)."""

    parameters: Section
    mappings: Section
    conditions: Section
    globals: Section
    resources: Section
    outputs: Section

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a template file. Raises TemplateError `template_unreadable`."""
        try:
            document = _load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise TemplateError(f"cannot read {path.name}: {error}", code="template_unreadable") from error
        if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
            raise TemplateError(f"{path.name} has no Resources", code="template_unreadable")
        names = ("Parameters", "Mappings", "Conditions", "Globals", "Resources", "Outputs")
        return cls(*(document.get(name) or {} for name in names))


class _Loader(yaml.SafeLoader):
    """A safe loader that knows `!Ref` and its kin, and leaves dates strings as CloudFormation does."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own class attribute, minus one tag
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def _load(text: str) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
