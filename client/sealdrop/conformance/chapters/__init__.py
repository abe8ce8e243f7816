"""The chapters of the suite, in the order a client meets their subjects."""

from sealdrop.conformance.chapters import (
    discovery,
    expiry,
    idempotency,
    isolation,
    keys,
    predictions,
    refusals,
    retries,
    seals,
    storage,
)
from sealdrop.conformance.checks import Chapter

CHAPTERS: tuple[Chapter, ...] = (
    discovery.chapter,
    keys.chapter,
    predictions.chapter,
    storage.chapter,
    refusals.chapter,
    seals.chapter,
    idempotency.chapter,
    retries.chapter,
    isolation.chapter,
    expiry.chapter,
)
