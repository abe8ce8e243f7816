"""Logs and metrics of the whole walk: who and what can be followed, and no URL, body or token is in any of it."""

import io
import json
import re

import pytest

from sealdrop.local.template.document import Template
from tests.aws.conftest import needs_sam
from tests.aws.gate import Gate
from tests.aws.sam import TEMPLATE
from tests.aws.walk import GuardedFunctions, walk

# addresses, signatures, key ids, tokens, bodies, and how the bytes of sealed files would look
FORBIDDEN = re.compile(r'https?:|X-Amz|AKIA|ASIA|Bearer|eyJ|Authorization|sealdrop/1|\\u00|"body"', re.IGNORECASE)
TOKEN = "eyJhbGciOiJSUzI1NiJ9.a-very-secret-token.signature"


@pytest.fixture
def told(deployment, owner, api, evaluator, settle, rows, later, capsys, monkeypatch):
    """Take the walk with a token in every request; return the lines that the functions wrote."""

    def with_token(*arguments, headers=None, **more):
        return api(*arguments, headers=(headers or {}) | {"authorization": f"Bearer {TOKEN}"}, **more)

    handlers = {"ApiFunction": with_token, "EvaluateFunction": evaluator, "SettleFunction": settle}
    unguarded = Gate({}, deployment.names)
    unguarded.judge = lambda *_: None
    log = io.StringIO()
    for handler in _log_handlers():
        monkeypatch.setattr(handler, "stream", log)
    capsys.readouterr()
    walk(GuardedFunctions(unguarded, deployment, handlers), owner, rows, later)
    printed = capsys.readouterr()  # metrics
    return (log.getvalue() + printed.out + printed.err).splitlines()


def _log_handlers():
    """Return what the functions' loggers write with; imported here, when the functions' environment is set."""
    from api import problems
    from evaluate import report
    from settle import letters, overdue, sweep

    return {handler for module in (problems, report, letters, overdue, sweep) for handler in module.logger.handlers}


@needs_sam
def test_the_whole_walk_tells_no_url_no_body_and_no_token(told):
    assert len(told) > 15
    for line in told:
        assert FORBIDDEN.search(line) is None, line


@needs_sam
def test_every_line_is_json_and_says_whose_part_it_is_about(told):
    lines = [json.loads(line) for line in told]
    assert {line["service"] for line in lines} <= {"stack", "service_undefined"}  # as the first to import them set it
    logged = [line for line in lines if "_aws" not in line]
    about = [line for line in logged if "part" in line["message"] or "announced" in line["message"]]
    assert {line["message"] for line in about} == {"part succeeded", "part failed", "part given up", "announced again"}
    for line in about:
        assert re.fullmatch("t[0-9a-f]{32}", line["tenant"])
        assert re.fullmatch("[0-9a-z]{26}", line["job"])
        assert line["part"] == 0


@needs_sam
def test_metrics_on_dashboard_and_alarms_are_those_the_code_emits(told):
    emitted = [json.loads(line) for line in told if '"_aws"' in line]
    spaces = {directive["Namespace"] for line in emitted for directive in line["_aws"]["CloudWatchMetrics"]}
    dimensions = {
        tuple(each)
        for line in emitted
        for directive in line["_aws"]["CloudWatchMetrics"]
        for each in directive["Dimensions"]
    }
    names = {
        metric["Name"]
        for line in emitted
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }
    assert spaces == {"Sealdrop"}
    assert dimensions == {("service",), ("service", "model"), ("service", "code")}
    watched = _watched()
    assert watched <= names, watched - names
    assert names - watched <= {"BytesIn", "BytesOut"}


def _watched():
    """The names of our own metrics in the template's alarms and on its dashboard."""
    resources = Template.read(TEMPLATE).resources.values()
    alarms = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"]
    (board,) = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::CloudWatch::Dashboard"]
    found = set()
    for alarm in alarms:
        stats = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
        stats += [alarm] * ("Namespace" in alarm)
        found |= {stat["MetricName"] for stat in stats if stat["Namespace"] == "Sealdrop"}
    for widget in json.loads(board["DashboardBody"]["Fn::Sub"])["widgets"]:
        metrics = widget["properties"]["metrics"]
        if metrics[0][0] == "Sealdrop":
            found |= {metric[1] for metric in metrics}
    return found


def test_every_kind_of_trouble_has_an_alarm():
    alarms = [
        resource["Properties"]
        for resource in Template.read(TEMPLATE).resources.values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    text = json.dumps(alarms)
    wanted = (
        "ApproximateNumberOfMessagesVisible",
        "ApproximateAgeOfOldestMessage",
        "Errors",
        "Throttles",
        "Duration",
        "5xx",
        "JobsFailed",
        "PartsFailed",
        "Invocations",
    )
    assert [metric for metric in wanted if f'"{metric}"' not in text] == []
    assert all(alarm["AlarmDescription"] and "AlarmActions" in alarm for alarm in alarms)
