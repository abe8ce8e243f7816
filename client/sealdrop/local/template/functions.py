"""The functions of a template: what to run, with what, and what calls it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealdrop.local.errors import TemplateError
from sealdrop.local.template.document import Template
from sealdrop.local.template.intrinsics import Resolver

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class Route:
    """An HTTP API route; `public` ones have no authorizer."""

    method: str
    path: str
    public: bool


@dataclass(frozen=True)
class QueueTrigger:
    """An SQS event source mapping."""

    queue_arn: str
    batch_size: int
    partial_failures: bool
    concurrency: int | None


@dataclass(frozen=True)
class ScheduleTrigger:
    """A schedule with its period in seconds."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Function:
    """A Lambda function; `timeout` in seconds, `memory` in MB."""

    name: str
    handler: str
    code: Path
    timeout: int
    memory: int
    environment: Mapping[str, str]
    routes: tuple[Route, ...] = ()
    queues: tuple[QueueTrigger, ...] = ()
    schedules: tuple[ScheduleTrigger, ...] = ()


def read_functions(template: Template, resolver: Resolver, project: Path) -> tuple[Function, ...]:
    """Read every function that the template's conditions let exist. Raises TemplateError."""
    found = template.resources.items()
    return tuple(
        _function(name, template.globals.get("Function", {}), resource.get("Properties", {}), resolver, project)
        for name, resource in found
        if resource.get("Type") == FUNCTION and exists(resource, resolver)
    )


def read_layers(template: Template, project: Path) -> tuple[Path, ...]:
    """Return the folders of the template's layers, with the `python/` inside where there is one."""
    layers = (r.get("Properties", {}) for r in template.resources.values() if r.get("Type") == LAYER)
    folders = [project / layer["ContentUri"] for layer in layers]
    return tuple(folder / "python" if (folder / "python").is_dir() else folder for folder in folders)


def exists(resource: Mapping[str, Any], resolver: Resolver) -> bool:
    """Tell whether a resource's condition, if it has one, holds."""
    return "Condition" not in resource or resolver.condition(resource["Condition"])


def _function(
    name: str, shared: Mapping[str, Any], own: Mapping[str, Any], resolver: Resolver, project: Path
) -> Function:
    needed = ("Handler", "CodeUri", "Timeout", "MemorySize", "Environment", "FunctionName")
    properties = {key: resolver.resolve({**shared, **own}[key]) for key in needed if key in shared or key in own}
    if "Handler" not in properties:
        raise TemplateError(f"function {name} has no Handler", code="template_unsupported")
    events = [(event, resolver.resolve(body)) for event, body in own.get("Events", {}).items()]
    return Function(
        name=properties.get("FunctionName", name),
        handler=properties["Handler"],
        code=project / properties.get("CodeUri", "."),
        timeout=int(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        environment=_environment(shared, own, resolver),
        routes=tuple(_routes(events)),
        queues=tuple(_queues(events)),
        schedules=tuple(_schedules(name, events)),
    )


def _environment(shared: Mapping[str, Any], own: Mapping[str, Any], resolver: Resolver) -> dict[str, str]:
    variables: dict[str, Any] = {}
    for properties in (shared, own):
        variables |= resolver.resolve(properties.get("Environment", {})).get("Variables", {})
    return {key: _text(value) for key, value in variables.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


Events = list[tuple[str, dict[str, Any]]]


def _of(events: Events, *kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, event in events:
        if event.get("Type") in kinds:
            yield name, event.get("Properties", {})
        elif event.get("Type") not in ("HttpApi", "SQS", "Schedule", "ScheduleV2"):
            raise TemplateError(f"event {name} is of type {event.get('Type')}", code="event_unsupported")


def _routes(events: Events) -> Iterator[Route]:
    for _, event in _of(events, "HttpApi"):
        public = event.get("Auth", {}).get("Authorizer") == "NONE"
        yield Route(str(event.get("Method", "ANY")).upper(), event.get("Path", "$default"), public)


def _queues(events: Events) -> Iterator[QueueTrigger]:
    for _, event in _of(events, "SQS"):
        concurrency = event.get("ScalingConfig", {}).get("MaximumConcurrency")
        yield QueueTrigger(
            queue_arn=event["Queue"],
            batch_size=int(event.get("BatchSize", 10)),
            partial_failures="ReportBatchItemFailures" in event.get("FunctionResponseTypes", []),
            concurrency=None if concurrency is None else int(concurrency),
        )


def _schedules(function: str, events: Events) -> Iterator[ScheduleTrigger]:
    for name, event in _of(events, "Schedule", "ScheduleV2"):
        expression = event.get("Schedule", event.get("ScheduleExpression", ""))
        rate = _RATE.fullmatch(expression)
        if rate is None:
            raise TemplateError(
                f"schedule {name} is {expression!r}", code="schedule_unsupported", remedy="Use a rate(...) expression."
            )
        yield ScheduleTrigger(f"{function}{name}", int(rate[1]) * _SECONDS[rate[2]])
