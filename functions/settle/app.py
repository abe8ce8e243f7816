"""Settle's Lambda: dead letters, and a schedule."""

import time
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from cloud.clients import clients
from settle import letters, sweep

RESERVE = 30.0  # seconds of the timeout kept back for the last item

clients()


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Settle dead letters, or whatever is overdue."""
    if "Records" in event:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        return process_partial_response(event=event, record_handler=receive, processor=processor, context=context)
    return sweep.run(time.monotonic() + context.get_remaining_time_in_millis() / 1000 - RESERVE)


def receive(record: SQSRecord) -> None:
    """Settle the parts a dead letter is about."""
    letters.settle(record.body)
