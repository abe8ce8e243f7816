"""SQS event source mappings: poll, batch, invoke, delete what succeeded and leave the rest to the queue.

Redelivery after the visibility timeout and the move to the dead-letter queue after maxReceiveCount are the queue's own
doing, here as in AWS.
"""

import logging
import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from sealdrop.local.errors import FunctionFailed
from sealdrop.local.runtime.invocation import Runtime
from sealdrop.local.template.functions import Function, QueueTrigger

_POLL_SECONDS = 1
_MAX_BATCH = 10  # messages in one ReceiveMessage
_logger = logging.getLogger(__name__)

Message = dict[str, Any]


class QueuePollers:
    """Polls every mapped queue with as many threads as the mapping and the runtime allow. A context manager."""

    def __init__(self, sqs: Any, functions: Iterable[Function], runtime: Runtime, region: str) -> None:
        self._sqs = sqs
        self._runtime = runtime
        self._region = region
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._poll, args=(function, trigger), name=f"poll-{function.name}", daemon=True)
            for function in functions
            for trigger in function.queues
            for _ in range(min(trigger.concurrency or runtime.concurrency, runtime.concurrency))
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _poll(self, function: Function, trigger: QueueTrigger) -> None:
        url = self._sqs.get_queue_url(QueueName=trigger.queue_arn.rpartition(":")[2])["QueueUrl"]
        while not self._stopping.is_set():
            try:
                self._take_batch(url, function, trigger)
            except (BotoCoreError, ClientError):
                _logger.exception("polling for %s", function.name)
                self._stopping.wait(_POLL_SECONDS)

    def _take_batch(self, url: str, function: Function, trigger: QueueTrigger) -> None:
        answer = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(trigger.batch_size, _MAX_BATCH),
            WaitTimeSeconds=_POLL_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        event = {"Records": [to_record(message, trigger.queue_arn, self._region) for message in messages]}
        try:
            result = self._runtime.invoke(function, event)
        except FunctionFailed as error:
            _logger.error("%s failed a batch of %d: %s", function.name, len(messages), error.error_type)
            return
        done = succeeded(messages, result) if trigger.partial_failures else messages
        if done:
            entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(done)]
            self._sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def succeeded(messages: Sequence[Message], result: Any) -> list[Message]:
    """Return the messages a partial batch response does not list as failed.

    Nothing at all is success; a response that is malformed or names a message outside the batch fails all of it.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    if result is None:
        return list(messages)
    if not isinstance(result, dict):
        return []
    failures = result.get("batchItemFailures") or []
    try:
        failed = {failure["itemIdentifier"] for failure in failures}
    except (KeyError, TypeError):
        return []
    if not failed <= {message["MessageId"] for message in messages}:
        return []
    return [message for message in messages if message["MessageId"] not in failed]


def to_record(message: Message, queue_arn: str, region: str) -> dict[str, Any]:
    """Return a message as the record of a function's SQS event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "dataType": value["DataType"],
                "stringListValues": [],
                "binaryListValues": [],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }
