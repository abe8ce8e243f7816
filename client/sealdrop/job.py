"""A job: rows on their way through the service, or a result waiting to be opened."""

from collections.abc import Callable
from threading import Event
from time import monotonic, sleep

from sealdrop.errors import JobUnfinished, Misconfigured, ServiceRefused
from sealdrop.prediction import Prediction
from sealdrop.receipts import Receipt
from sealdrop.request import collect
from sealdrop.request.collect import Collection
from sealdrop.request.deployment import Deployment
from sealdrop.request.describe import describe
from sealdrop.timing import Progress, Stopwatch
from sealdrop.transport.resources import JobPage, JobRecord
from sealdrop.transport.retrying import retry_after
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
        receipt: Receipt | None = None,
        manifest: Manifest | None = None,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        self.record = record
        self._deployment = deployment
        self._receipt = receipt
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
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            pause = self._look()
            if self.is_done:
                return self
            if deadline is not None and monotonic() + pause > deadline:
                raise JobUnfinished(f"job {self.id} is {self.state}")
            sleep(pause)

    def result(self, timeout: float | None = None, *, progress: Callable[[Progress], None] | None = None) -> Prediction:
        """Return the opened result, waiting for it up to `timeout` seconds, or for as long as it takes.

        Raises JobFailed, JobUnfinished, ServiceRefused, TransportFailed, MalformedSeal, Mismatch, or Misconfigured
        (`no_receipt`) for a job that was submitted from elsewhere.
        """
        if self._receipt is None:
            raise Misconfigured(
                f"job {self.id} was not submitted from here, so its result cannot be opened here",
                code="no_receipt",
                remedy="Ask for it on the machine that submitted it, with the same keyring folder.",
            )
        if self._manifest is None:
            place, receipt = self._deployment, self._receipt
            self._manifest = describe(place.connection, receipt.model, digest=receipt.manifest)
        stopwatch, self._stopwatch = self._stopwatch or Stopwatch(self._receipt.rows), None
        stopwatch.progress = progress
        collection = Collection(self._deployment, self._manifest, self._receipt, stopwatch, Event(), timeout)
        scores = collection.collect()
        return Prediction(self._manifest.output, scores, self.id, stopwatch.read())

    def delete(self) -> None:
        """Delete the job, its rows and its result from the service, and its receipt from here; twice is harmless."""
        try:
            self._deployment.connection.delete(f"/v1/jobs/{self.id}")
        except ServiceRefused as error:
            if error.code != "job_not_found":
                raise
        self._deployment.receipts.drop(self.id)

    def _look(self) -> float:
        """Read the job; return the seconds the service wants to be left alone."""
        page, response = self._deployment.connection.get_patiently(JobPage, f"/v1/jobs/{self.id}", after=AFTER_ALL)
        self.record = page.job
        return max(collect.PAUSE, retry_after(response) or 0.0)
