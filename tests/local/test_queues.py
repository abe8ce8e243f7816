"""The event source mapping: batches, partial failures, redelivery, the dead-letter queue."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sealdrop.local.aws.embedded import EmbeddedAws
from sealdrop.local.template.functions import QueueTrigger
from sealdrop.local.triggers.queues import QueuePollers, succeeded
from tests.local.scripted import ScriptedRuntime, function

MESSAGES = [{"MessageId": identifier} for identifier in ("a", "b")]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, "ab"),
        ({}, "ab"),
        ({"batchItemFailures": None}, "ab"),
        ({"batchItemFailures": []}, "ab"),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, "b"),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}, ""),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, ""),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, ""),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, ""),
        ({"batchItemFailures": [{"badKey": "a"}]}, ""),
        ({"batchItemFailures": ["a"]}, ""),
        ({"batchItemFailures": 1}, ""),
        ("text", ""),
    ],
)
def test_partial_batch_responses_name_what_failed(result: Any, expected: str) -> None:
    assert "".join(message["MessageId"] for message in succeeded(MESSAGES, result)) == expected


@contextmanager
def polled(
    aws: EmbeddedAws,
    name: str,
    answer: Callable[[Any], Any],
    *,
    batch_size: int = 10,
    partial: bool = True,
    concurrency: int = 1,
) -> Iterator[tuple[str, str, ScriptedRuntime]]:
    """Poll a queue whose messages come back after a second and are dead-lettered after two deliveries."""
    sqs = aws.client("sqs")
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": redrive}
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    trigger = QueueTrigger(arn.removesuffix("-dead"), batch_size, partial, None)
    scripted = ScriptedRuntime(answer, concurrency)
    with QueuePollers(sqs, [function(queues=(trigger,))], scripted, aws.account.region):
        yield queue, dead, scripted


def send(aws: EmbeddedAws, url: str, *bodies: str) -> None:
    entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
    aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)


def dead_letters(aws: EmbeddedAws, url: str) -> list[str]:
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def depth(aws: EmbeddedAws, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


def deliveries(runtime: ScriptedRuntime) -> Counter[str]:
    return Counter(record["body"] for event in runtime.events for record in event["Records"])


def test_only_the_failed_message_returns_and_is_dead_lettered(aws: EmbeddedAws, bucket: str) -> None:
    def fail_bad(event: Any) -> Any:
        bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in bad]}

    with polled(aws, bucket, fail_bad) as (queue, dead, runtime):
        send(aws, queue, "good", "bad", "fine")
        assert dead_letters(aws, dead) == ["bad"]
        assert depth(aws, queue) == 0
    assert deliveries(runtime) == {"good": 1, "bad": 2, "fine": 1}


def test_an_exception_fails_the_whole_batch(aws: EmbeddedAws, bucket: str) -> None:
    failed_once, repeated = threading.Event(), threading.Event()

    def fail_first(event: Any) -> None:
        if not failed_once.is_set():
            failed_once.set()
            raise RuntimeError("once")
        repeated.set()

    with polled(aws, bucket, fail_first) as (queue, _, runtime):
        send(aws, queue, "one", "two")
        assert repeated.wait(10)
    assert depth(aws, queue) == 0
    assert deliveries(runtime) == {"one": 2, "two": 2}
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in runtime.events[-1]["Records"]]
    assert counts == ["2", "2"]


def test_without_partial_failures_any_result_is_success(aws: EmbeddedAws, bucket: str) -> None:
    seen = threading.Event()

    def answer(event: Any) -> Any:
        seen.set()
        return {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}

    with polled(aws, bucket, answer, partial=False) as (queue, _, _runtime):
        send(aws, queue, "one")
        assert seen.wait(5)
    assert depth(aws, queue) == 0


def test_records_are_what_lambda_sends(aws: EmbeddedAws, bucket: str) -> None:
    seen = threading.Event()
    with polled(aws, bucket, lambda event: seen.set(), batch_size=1) as (queue, _, runtime):
        attribute = {"DataType": "String", "StringValue": "v"}
        aws.client("sqs").send_message(QueueUrl=queue, MessageBody="hi", MessageAttributes={"n": attribute})
        assert seen.wait(5)
    [event] = runtime.events
    [record] = event["Records"]
    assert (record["body"], record["eventSource"], record["awsRegion"]) == ("hi", "aws:sqs", "us-east-1")
    assert record["eventSourceARN"].endswith(f":{bucket}")
    assert record["messageAttributes"]["n"]["stringValue"] == "v"
    assert {"ApproximateReceiveCount", "SentTimestamp", "SenderId"} <= set(record["attributes"])


def test_pollers_work_side_by_side(aws: EmbeddedAws, bucket: str) -> None:
    """Both calls have begun before either may end; one poller alone would never get past the barrier."""
    together = threading.Barrier(2, timeout=5)
    ends = threading.Semaphore(0)

    def answer(event: Any) -> None:
        together.wait()
        ends.release()

    with polled(aws, bucket, answer, batch_size=1, concurrency=2) as (queue, _, _runtime):
        send(aws, queue, "one", "two")
        assert all(ends.acquire(timeout=5) for _ in range(2))
