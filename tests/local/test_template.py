"""Reading a template: YAML, parameters, intrinsics, functions."""

from pathlib import Path
from typing import Any

import pytest

from sealdrop.local.errors import TemplateError
from sealdrop.local.template.document import Template
from sealdrop.local.template.functions import Route, read_functions, read_layers
from sealdrop.local.template.intrinsics import Resolver, Resource
from sealdrop.local.template.parameters import parameter_values
from tests.local.scripted import template

RESOURCE = Resource("physical", {"Arn": "arn:of:it"})


def resolver(values: dict[str, Any] | None = None, **sections: Any) -> Resolver:
    return Resolver(template(**sections), values or {}, lambda name: RESOURCE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "P"}, "p"),
        ({"Ref": "SomeResource"}, "physical"),
        ({"Fn::GetAtt": ["SomeResource", "Arn"]}, "arn:of:it"),
        ({"Fn::Sub": "${P}/${R.Arn}/${!Kept}"}, "p/arn:of:it/${Kept}"),
        ({"Fn::Sub": ["${Own}-${P}", {"Own": {"Ref": "P"}}]}, "p-p"),
        ({"Fn::Join": [":", ["a", {"Ref": "P"}, 1]]}, "a:p:1"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["M", {"Ref": "P"}, "x"]}, 7),
        ({"Fn::If": ["Yes", "then", "else"]}, "then"),
        ({"Fn::If": ["No", "then", "else"]}, "else"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"kept": 1, "gone": {"Ref": "AWS::NoValue"}}, {"kept": 1}),
        (["kept", {"Fn::If": ["No", "x", {"Ref": "AWS::NoValue"}]}], ["kept"]),
        ({"Condition": {"Bool": {"x": "y"}}}, {"Condition": {"Bool": {"x": "y"}}}),
    ],
)
def test_intrinsics_are_resolved(value: Any, expected: Any) -> None:
    conditions = {
        "Yes": {"Fn::And": [{"Fn::Equals": [{"Ref": "P"}, "p"]}, {"Fn::Not": [{"Condition": "No"}]}]},
        "No": {"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Fn::Equals": [1, 2]}]},
    }
    mappings = {"M": {"p": {"x": 7}}}
    assert resolver({"P": "p"}, conditions=conditions, mappings=mappings).resolve(value) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"Fn::ImportValue": "x"}, "intrinsic_unsupported"),
        ({"Fn::Join": "x"}, "intrinsic_malformed"),
        ({"Fn::Select": [3, ["a"]]}, "intrinsic_malformed"),
        ({"Fn::If": ["Unknown", 1, 2]}, "reference_unknown"),
        ({"Fn::GetAtt": ["R", "Unknown"]}, "reference_unknown"),
    ],
)
def test_unknown_intrinsics_are_refused(value: Any, code: str) -> None:
    with pytest.raises(TemplateError) as refused:
        resolver().resolve(value)
    assert refused.value.code == code


def test_short_forms_and_dates_are_read(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Resources: {A: {Type: T, Properties: {B: !GetAtt C.D.E, F: !Sub '${G}', Version: 2012-10-17}}}")
    properties = Template.read(path).resources["A"]["Properties"]
    assert properties == {"B": {"Fn::GetAtt": "C.D.E"}, "F": {"Fn::Sub": "${G}"}, "Version": "2012-10-17"}


@pytest.mark.parametrize("text", ["[", "a: 1", "Resources: []", "", "Resources: !!python/object:os.system {}"])
def test_unreadable_templates_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(text)
    with pytest.raises(TemplateError) as refused:
        Template.read(path)
    assert refused.value.code == "template_unreadable"


def test_parameters_take_given_values_over_defaults() -> None:
    declared = {"A": {"Default": 1}, "B": {"Type": "CommaDelimitedList", "Default": "x, y"}}
    assert parameter_values(template(parameters=declared), {"A": 2}) == {"A": 2, "B": ["x", "y"]}


@pytest.mark.parametrize(
    ("given", "code"),
    [({}, "parameter_missing"), ({"A": "z"}, "parameter_not_allowed"), ({"A": "x", "B": 1}, "parameter_unknown")],
)
def test_wrong_parameters_are_refused(given: dict[str, Any], code: str) -> None:
    declared = {"A": {"AllowedValues": ["x", "y"]}}
    with pytest.raises(TemplateError) as refused:
        parameter_values(template(parameters=declared), given)
    assert refused.value.code == code


def test_functions_merge_globals_and_own_properties(project: Path) -> None:
    document = Template.read(project / "template.yaml")
    values = parameter_values(document, {"Stage": "test"}) | {"AWS::StackName": "s"}
    resolved = Resolver(document, values, lambda name: Resource(name, {"Arn": f"arn:{name}"}))
    api, evaluate, settle = read_functions(document, resolved, project)
    assert (api.handler, api.code, api.memory, api.timeout) == ("api.app.handler", project / "functions", 256, 5)
    assert api.environment == {
        "TABLE_NAME": "JobsTable",
        "BUCKET_NAME": "DataBucket",
        "STAGE": "test",
        "GREETING": "hello from s",
    }
    assert Route("GET", "/v1/health", public=True) in api.routes
    assert Route("GET", "/v1/jobs/{job}", public=False) in api.routes
    assert (evaluate.memory, evaluate.timeout) == (512, 20)
    [jobs] = evaluate.queues
    assert (jobs.queue_arn, jobs.batch_size, jobs.partial_failures, jobs.concurrency) == ("arn:JobQueue", 5, True, 2)
    assert [schedule.seconds for schedule in settle.schedules] == [300]
    assert not settle.queues[0].partial_failures
    assert read_layers(document, project) == (project / "layers" / "core",)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"Type": "SNS"}, "event_unsupported"),
        ({"Type": "Schedule", "Properties": {"Schedule": "cron(0 1 * * ? *)"}}, "schedule_unsupported"),
    ],
)
def test_unknown_events_are_refused(event: dict[str, Any], code: str) -> None:
    properties = {"Handler": "a.b", "Events": {"E": event}}
    document = template({"F": {"Type": "AWS::Serverless::Function", "Properties": properties}})
    with pytest.raises(TemplateError) as refused:
        read_functions(document, resolver(), Path())
    assert refused.value.code == code
