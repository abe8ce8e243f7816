"""The sweep: everything overdue is looked at, one at a time; one that resists does not stop the others."""

import time
from collections.abc import Callable, Mapping

from aws_lambda_powertools import Logger

from cloud import keys, watch
from sealdrop_core.errors import SealdropError
from settle import overdue

logger = Logger()

_KINDS: Mapping[str, Callable[[str, str], object]] = {"JOB": overdue.settle, "KEY": keys.purge}


def run(deadline: float) -> dict[str, int]:
    """Settle what is overdue until `deadline`, a time of `time.monotonic`; return how many there were.

    What does not fit is overdue still at the next run.
    """
    count = {"looked_at": 0, "failed": 0}
    for partition, sort in watch.overdue():
        if time.monotonic() > deadline:
            logger.warning("the sweep ran out of time", extra=count)
            break
        kind, _, name = sort.partition("#")
        count["looked_at"] += 1
        try:
            _KINDS[kind](partition.removeprefix("T#"), name)
        except SealdropError as error:  # its cause may hold a URL
            count["failed"] += 1
            logger.error("not settled", extra={"kind": kind, "id": name, "code": error.code})
        except Exception as error:
            count["failed"] += 1
            logger.error("not settled", extra={"kind": kind, "id": name}, exc_info=error)
    return count
