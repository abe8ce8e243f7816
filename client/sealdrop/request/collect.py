"""Collect: watch a job's parts, fetch each result as it appears, and open it."""

from collections.abc import Iterator
from math import inf
from threading import Event
from time import monotonic

import numpy as np

from sealdrop.errors import JobFailed, JobUnfinished, TransportFailed
from sealdrop.receipts import Receipt
from sealdrop.request.bounded_map import bounded_map
from sealdrop.request.deployment import Deployment
from sealdrop.timing import Stopwatch
from sealdrop.transport.resources import JobPage, JobRecord, PartRecord, Problem
from sealdrop.transport.retrying import PATIENT, Patience, Stopped, retry_after
from sealdrop.transport.storage import LinkExpired
from sealdrop_core.circuit import Array
from sealdrop_core.jobs import JOB_TERMINAL, JobState, PartState
from sealdrop_core.manifest import Manifest
from sealdrop_core.sealed import MAX_HEADER_BYTES

PAUSE = 0.1  # seconds, at least, before a look that may find nothing; the service may ask for more


class Collection:
    """The results of one job on their way in. `record` is what the service last said of the job."""

    def __init__(
        self,
        deployment: Deployment,
        manifest: Manifest,
        receipt: Receipt,
        stopwatch: Stopwatch,
        stop: Event,
        timeout: float | None = None,
    ) -> None:
        self._deployment = deployment
        self._manifest = manifest
        self._receipt = receipt
        self._stopwatch = stopwatch
        self._stop = stop
        self._deadline = inf if timeout is None else monotonic() + timeout
        self.record: JobRecord | None = None
        self._plan = receipt.plan_of(manifest)
        self._parts = receipt.parts

    def collect(self, patience: float = 0.0) -> Array:
        """Return the scores of all rows, shape (rows, outputs); the first look is `patience` seconds from now.

        Raises JobFailed, JobUnfinished, ServiceRefused, TransportFailed, MalformedSeal, Mismatch, or Misconfigured
        (`keyring_gone`).
        """
        try:
            self._sleep(patience)
            return self._collect()
        except BaseException:
            self._stop.set()  # what is still being sent is sent in vain
            raise

    def _collect(self) -> Array:
        scores = np.empty((self._receipt.rows, self._plan.layout.outputs))
        keyring = self._deployment.keystore.kept(self._plan, self._receipt.keyring)
        missing = set(range(len(self._parts)))
        for records in self._looks(missing):
            for record, sealed in bounded_map(self._fetch, records, self._stop):
                part = self._parts[record.part]
                with self._stopwatch.stage("open"):
                    scores[part.start : part.stop] = keyring.open(
                        self._manifest,
                        self._plan,
                        sealed,
                        job=self._receipt.job,
                        part=record.part,
                        input_sha256=self._receipt.inputs[record.part],
                        rows=part.rows,
                    )
                self._stopwatch.opened(part.rows, len(sealed))
                missing.discard(record.part)
        return scores

    def _looks(self, missing: set[int]) -> Iterator[list[PartRecord]]:
        """Yield the results in sight, look after look, until none is missing."""
        while missing:
            page, pause = self._look(after=min(missing) - 1)
            due = monotonic() + pause
            raise_if_failed(page.job, page.parts)
            sealed = len(self._receipt.inputs)
            ready = [part for part in page.parts if part.download and part.part in missing and part.part < sealed]
            for record in ready:
                self._stopwatch.evaluated(record.part, record.milliseconds or 0.0)
            yield ready
            if missing and not ready and page.job.state in JOB_TERMINAL:
                raise JobFailed(
                    f"job {page.job.id}: it has ended without all results", job=page.job.id, code="result_missing"
                )
            if missing and not (ready and page.next is not None):
                self._rest(max(PAUSE, due - monotonic()))

    def _look(self, after: int) -> tuple[JobPage, float]:
        page, response = self._deployment.connection.get_patiently(
            JobPage,
            f"/v1/jobs/{self._receipt.job}",
            self._stop,
            self._patience,
            after=after if after >= 0 else None,
        )
        self.record = page.job
        return page, retry_after(response) or 0.0

    @property
    def _patience(self) -> Patience:
        return PATIENT.within(self._deadline - monotonic())

    def _rest(self, seconds: float) -> None:
        if monotonic() + seconds > self._deadline:
            raise JobUnfinished("the results are not all there yet")
        self._sleep(seconds)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def _fetch(self, record: PartRecord) -> tuple[PartRecord, bytes]:
        limit = MAX_HEADER_BYTES + self._plan.result_bytes(self._parts[record.part].rows)
        with self._stopwatch.stage("download"):
            for _ in range(3):
                try:
                    if record.download:
                        storage, patience = self._deployment.storage, self._patience
                        return record, storage.download(record.download, limit, self._stop, patience)
                except LinkExpired:
                    page, _ = self._look(after=record.part - 1)
                    record = next((fresh for fresh in page.parts if fresh.part == record.part), record)
        raise TransportFailed("object storage refuses fresh download links", code="link_refused")


def raise_if_failed(job: JobRecord, parts: list[PartRecord]) -> None:
    """Raise JobFailed if the job, or one of its parts, will never succeed."""
    problems: list[Problem | None] = [part.error for part in parts if part.state is PartState.FAILED]
    if job.state in {JobState.FAILED, JobState.EXPIRED, JobState.DELETED}:
        problems.insert(0, job.error)
    if not problems:
        return
    first = next((problem for problem in problems if problem), Problem(code="job_failed"))
    detail = first.detail or first.code.replace("_", " ")
    raise JobFailed(f"job {job.id}: {detail}", job=job.id, code=first.code, remedy=first.remedy)
