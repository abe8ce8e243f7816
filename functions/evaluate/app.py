"""The evaluator's Lambda: messages that sealed inputs have arrived."""

import time
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from cloud import messages
from cloud.clients import clients
from cloud.messages import Arrival
from cloud.settings import settings
from evaluate import part
from evaluate.pool import Pool
from sealdrop_core.errors import InvalidRequest

RESERVE = 5.0  # seconds of the timeout kept back for writing down how it ended

# at init, when Lambda lends a whole core: workers import and connections open before the first message
pool = Pool(settings().worker_count, settings().worker_bytes)
clients()


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Evaluate what has arrived; report the messages that are to come back."""
    # one processor for each event: it keeps state, and handlers may share a process
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=receive, processor=processor, context=context)


def receive(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Evaluate the parts a message announces."""
    deadline = time.monotonic() + lambda_context.get_remaining_time_in_millis() / 1000 - RESERVE
    try:
        _evaluate(messages.arrivals(record.body), deadline)
    except part.ComeBack as later:
        messages.bring_back(record.receipt_handle, later.seconds)
        raise
    except InvalidRequest:
        # no job hangs on it; let it pass quickly to the dead letters, where someone is told
        messages.bring_back(record.receipt_handle, 0)
        raise


def _evaluate(arrivals: list[Arrival], deadline: float) -> None:
    """Give every part its turn, then raise the most urgent ComeBack, if there is one."""
    waiting = []
    for arrival in arrivals:
        try:
            part.evaluate(arrival, pool, deadline)
        except part.ComeBack as later:
            waiting.append(later)
    if waiting:
        raise min(waiting, key=lambda later: later.seconds)
