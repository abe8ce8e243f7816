"""A job: rows on their way through the service, or a result waiting to be opened."""

from collections.abc import Callable
from math import inf
from threading import Event
from time import monotonic, sleep

from sealdrop.errors import JobUnfinished, Misconfigured
from sealdrop.prediction import Prediction
from sealdrop.receipts import Receipt
from sealdrop.request import collect
from sealdrop.request.collect import Collection
from sealdrop.request.delete import delete
from sealdrop.request.deployment import Deployment
from sealdrop.request.describe import describe
from sealdrop.request.interruption import collectable
from sealdrop.timing import Progress, Stopwatch
from sealdrop.transport.resources import JobPage, JobRecord
from sealdrop.transport.retrying import HURRIED, PATIENT, Patience, retry_after
from sealdrop_core.jobs import JOB_TERMINAL
from sealdrop_core.manifest import Manifest

AFTER_ALL = 999_999  # past every part: only the job itself is wanted


class Job:
    """A submitted job. `record` is what the service last said of it.

    Its result can be opened on the machine that submitted it, also by another process: `client.job(id).result()`.
    """

    def __init__(
        self,
        deployment: Deployment,
        record: JobRecord,
        *,
        manifest: Manifest | None = None,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        self.record = record
        self._deployment = deployment
        self._manifest = manifest
        self._stopwatch = stopwatch

    def __repr__(self) -> str:
        return f"Job({self.id!r}, {self.state!r}, model={self.record.model!r}, rows={self.record.rows})"

    @property
    def id(self) -> str:
        """The job's id."""
        return self.record.id

    @property
    def state(self) -> str:
        """Where the job stood when the service was last asked: see sealdrop_core.jobs."""
        return self.record.state.value

    @property
    def is_done(self) -> bool:
        """Whether the job has ended, well or badly."""
        return self.record.state in JOB_TERMINAL

    def refresh(self) -> "Job":
        """Ask the service where the job stands."""
        self._look()
        return self

    def wait(self, timeout: float | None = None) -> "Job":
        """Return once the job has ended, well or badly. Raises JobUnfinished after `timeout` seconds."""
        deadline = inf if timeout is None else monotonic() + timeout
        with collectable(self.id):
            while True:
                pause = self._look(PATIENT.within(deadline - monotonic()))
                if self.is_done:
                    return self
                if monotonic() + pause > deadline:
                    raise JobUnfinished(f"it is {self.state}")
                sleep(pause)

    def result(self, timeout: float | None = None, *, progress: Callable[[Progress], None] | None = None) -> Prediction:
        """Return the opened result, waiting for it up to `timeout` seconds, or for as long as it takes.

        The service is asked once at least, also with a timeout of 0. Raises JobFailed, JobUnfinished, ServiceRefused,
        TransportFailed, MalformedSeal, Mismatch, or Misconfigured: `no_receipt` for a job that was submitted from
        elsewhere, `keyring_gone` if it was sealed with a keyring that is not here any more. The receipt is kept: the
        result can be opened again for as long as the service has it.
        """
        receipt = self._receipt()
        stopwatch, self._stopwatch = self._stopwatch or Stopwatch(receipt.rows), None
        stopwatch.progress = progress
        with collectable(self.id):
            if self._manifest is None:
                self._manifest = describe(self._deployment.connection, receipt.model, digest=receipt.manifest)
            collection = Collection(self._deployment, self._manifest, receipt, stopwatch, Event(), timeout)
            try:
                scores = collection.collect()
            finally:
                self.record = collection.record or self.record
        return Prediction.of(self._manifest.output, scores, self.id, stopwatch.read(), receipt.refused)

    def delete(self) -> None:
        """Delete the job, its rows and its result from the service, and its receipt from here; twice is harmless."""
        delete(self._deployment, self.id)

    def _receipt(self) -> Receipt:
        receipt = self._deployment.receipts.load(self.id)
        if receipt is None:
            raise Misconfigured(
                f"job {self.id}: there is no receipt of this job here",
                code="no_receipt",
                remedy="Ask for it on the machine that submitted it, with the same keyring folder.",
            )
        if not receipt.is_complete:
            raise JobUnfinished(
                f"job {self.id}: not all of its rows were sent",
                code="rows_missing",
                remedy=f"If nothing sends them any more, `sealdrop jobs --delete {self.id}`, and submit them again.",
            )
        return receipt

    def _look(self, patience: Patience = HURRIED) -> float:
        """Read the job; return the seconds the service wants to be left alone."""
        page, response = self._deployment.connection.get_patiently(
            JobPage, f"/v1/jobs/{self.id}", patience=patience, after=AFTER_ALL
        )
        self.record = page.job
        return max(collect.PAUSE, retry_after(response) or 0.0)
