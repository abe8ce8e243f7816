"""What AWS promises under concurrency, and moto alone does not: atomic conditional writes, complete events."""

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from sealdrop.local.aws.embedded import EmbeddedAws
from tests.local.presigned import HTTP


def outcomes(attempt: Any) -> Counter[str]:
    """Count what 24 attempts on 8 threads come to."""

    def outcome(_: int) -> str:
        try:
            attempt()
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "won"

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(outcome, range(24)))


def test_one_conditional_write_wins(aws: EmbeddedAws, bucket: str) -> None:
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
    dynamodb.create_table(
        TableName="race",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    claim = {"TableName": "race", "Item": {"pk": {"S": "x"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    upload = {"Bucket": bucket, "Key": "k", "Body": b"x", "IfNoneMatch": "*"}
    assert outcomes(lambda: dynamodb.put_item(**claim)) == {"won": 1, "ConditionalCheckFailedException": 23}
    assert outcomes(lambda: s3.put_object(**upload)) == {"won": 1, "PreconditionFailed": 23}


def notified_queue(aws: EmbeddedAws, bucket: str) -> str:
    sqs = aws.client("sqs")
    url: str = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]},
    )
    return url


def received(aws: EmbeddedAws, url: str, seconds: int = 0) -> list[Any]:
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def test_events_pin_versions_and_order_writes(aws: EmbeddedAws, bucket: str) -> None:
    url = notified_queue(aws, bucket)
    key = "inputs/a b/é+c"
    versions = [aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")["VersionId"] for _ in range(2)]
    test_event, *events = received(aws, url)
    assert test_event["Event"] == "s3:TestEvent"
    described = [event["Records"][0]["s3"]["object"] for event in events]
    assert [item["versionId"] for item in described] == versions
    assert described[0]["sequencer"] < described[1]["sequencer"]
    assert described[0]["key"] == "inputs/a+b/%C3%A9%2Bc"
    assert unquote_plus(described[0]["key"]) == key


def test_a_long_poll_lets_others_in_and_wakes_up(aws: EmbeddedAws, bucket: str) -> None:
    url = aws.client("sqs").create_queue(QueueName=bucket)["QueueUrl"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(received, aws, url, 20)
        time.sleep(0.05)
        aws.client("sqs").send_message(QueueUrl=url, MessageBody='"hello"')
        assert waiting.result(timeout=5) == ["hello"]


def test_no_message_is_lost_or_doubled(aws: EmbeddedAws, bucket: str) -> None:
    """Four senders and four receivers that delete what they take, all at once."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    sent = [f"{i}" for i in range(40)]
    taken: list[str] = []
    done = threading.Event()

    def take() -> None:
        while not done.is_set():
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=3)
            for message in answer.get("Messages", []):
                taken.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if len(taken) >= len(sent):
                done.set()

    with ThreadPoolExecutor(8) as pool:
        takers = [pool.submit(take) for _ in range(4)]
        list(pool.map(lambda text: sqs.send_message(QueueUrl=url, MessageBody=text), sent))
        for taker in takers:
            taker.result(timeout=20)
    assert sorted(taken) == sorted(sent)


def test_what_moto_cannot_answer_is_an_internal_error(aws: EmbeddedAws) -> None:
    headers = {
        "authorization": f"AWS4-HMAC-SHA256 Credential={aws.account.access_key}/20260101/us-east-1/sqs/aws4_request",
        "x-amz-target": "AmazonSQS.ReceiveMessage",
    }
    response = HTTP.post(aws.url, headers=headers, content=b"not json")
    assert (response.status_code, "InternalError" in response.text) == (500, True)


def test_two_embedded_aws_never_meet() -> None:
    with EmbeddedAws() as one, EmbeddedAws() as other:
        one.client("sqs").create_queue(QueueName="mine")
        assert "QueueUrls" not in other.client("sqs").list_queues()
        assert one.account.secret_key not in repr(one.account)
