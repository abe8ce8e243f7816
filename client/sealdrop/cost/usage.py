"""What a job uses of everything that is paid for, from its first request to its last.

Requests and units are those of the code: `tests/cost/test_usage.py` counts the calls of a real job against them.
DynamoDB bills a write by KB and a consistent read by 4 KB, both doubled inside a transaction
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sealdrop.cost.measured import MEASURED
from sealdrop.cost.prices import Resource
from sealdrop.request.parts import rows_per_part
from sealdrop_core.plan import Plan
from sealdrop_core.sealed import MAX_HEADER_BYTES

Usage = Mapping[Resource, float]
VCPU_MEGABYTES = 1769  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
ITEMS_PER_PAGE = 100
ITEM_BYTES = 700  # of a settled part in the table
ANSWER_BYTES = 2000  # of the API, for each grant or part it names: a presigned URL is most of it
PART_LOG_BYTES, CALL_LOG_BYTES = 2000, 1000  # metrics, our line, Lambda's three; the API's access log
GIGABYTE = 1e9


@dataclass(frozen=True)
class Sizing:
    """What of the template decides the price; the defaults are the template's."""

    architecture: Literal["arm64", "x86_64"] = "x86_64"
    memory: int = 1769
    api_memory: int = 1024
    retention_days: float = 7.0

    @property
    def compute(self) -> Resource:
        """What a second of a function is billed as."""
        return Resource.LAMBDA_ARM64 if self.architecture == "arm64" else Resource.LAMBDA_X86_64


def job(plan: Plan, rows: int, sizing: Sizing) -> Usage:
    """Return what one job of `rows` rows uses, its keys enrolled and the functions warm."""
    parts = -(-rows // rows_per_part(plan))
    looks = _looks(plan, rows, parts)
    calls = parts + looks
    up = plan.input_bytes(rows) + parts * MAX_HEADER_BYTES / 2
    down = plan.result_bytes(rows) + parts * MAX_HEADER_BYTES / 2
    answers = (2 * parts + looks) * ANSWER_BYTES
    return {
        sizing.compute: _evaluate_seconds(plan, rows, parts, sizing) + _api_seconds(calls, sizing),
        Resource.LAMBDA_REQUEST: calls + parts,
        Resource.API_REQUEST: calls,
        # the upload and the result of each part; its input is read, its result fetched
        Resource.S3_PUT: 2 * parts,
        Resource.S3_GET: 2 * parts,
        Resource.S3_STORAGE: (up + down) / GIGABYTE * sizing.retention_days / 30,
        # sent by S3, received and deleted by Lambda
        Resource.SQS_REQUEST: 3 * parts,
        Resource.DYNAMODB_WRITE: _writes(parts),
        Resource.DYNAMODB_READ: _reads(plan, parts, looks),
        Resource.TRANSFER_OUT: (down + answers) / GIGABYTE,
        Resource.LOG: (parts * PART_LOG_BYTES + calls * CALL_LOG_BYTES) / GIGABYTE,
    }


def standing() -> Usage:
    """Return what a deployment uses in a month in which nobody asks it anything."""
    return {
        Resource.KMS_KEY: 1,
        Resource.ALARM: 7,
        Resource.DASHBOARD: 1,
        # the sweep, every five minutes
        Resource.LAMBDA_REQUEST: 30 * 24 * 12,
        # two queues, each polled by five long-polling readers of 20 s
        Resource.SQS_REQUEST: 2 * 5 * 30 * 86_400 / 20,
    }


def _writes(parts: int) -> float:
    """Job and token in one transaction, the watch beside it; then the job begins, ends, and leaves the watch."""
    job_moves = 2 * 2 + 1 + 1 + 2
    # announced; claimed; settled and counted in one transaction
    each = 2 + 1 + 2 * 2
    return job_moves + parts * each


def _reads(plan: Plan, parts: int, looks: int) -> float:
    submitted = 1 + int(plan.keys.needed) + (parts - 1)
    evaluated = 2 * parts
    page = math.ceil(min(parts, ITEMS_PER_PAGE) * ITEM_BYTES / 4096)
    return submitted + evaluated + looks * (1 + page)


def _looks(plan: Plan, rows: int, parts: int) -> int:
    """A look a second while rows travel and are evaluated, and one for each page of results."""
    return math.ceil(plan.seconds(rows)) + -(-parts // ITEMS_PER_PAGE)


def _evaluate_seconds(plan: Plan, rows: int, parts: int, sizing: Sizing) -> float:
    """GB-seconds: blocks are shared by as many workers as there are vCPUs."""
    blocks = plan.blocks(rows)
    vcpus = sizing.memory / VCPU_MEGABYTES
    cores = min(vcpus, max(1.0, blocks / parts))
    milliseconds = blocks * plan.quote.milliseconds / cores + parts * MEASURED.evaluate
    return milliseconds / 1e3 * sizing.memory / 1024


def _api_seconds(calls: int, sizing: Sizing) -> float:
    return calls * MEASURED.api / 1e3 * sizing.api_memory / 1024
