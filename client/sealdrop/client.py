"""The client: one deployment, one owner of data."""

from pathlib import Path
from types import TracebackType
from typing import Self, get_args

import httpx

from sealdrop.errors import Misconfigured
from sealdrop.folders import data_folder
from sealdrop.job import AFTER_ALL, Job
from sealdrop.keystore import Keystore, deployment_folder
from sealdrop.model import Model
from sealdrop.preprocessing.ranges import RangePolicy
from sealdrop.receipts import Receipts, check_job_id
from sealdrop.request.deployment import Deployment
from sealdrop.request.describe import describe
from sealdrop.request.interruption import collectable
from sealdrop.transport.connection import Connection
from sealdrop.transport.credentials import Credentials
from sealdrop.transport.resources import JobList, JobPage, JobRecord, ModelList, ModelSummary
from sealdrop.transport.storage import Storage

PAGE = 100


class Client:
    """A deployment and the credentials for it; also a context manager.

    **url** is the deployment's API. **credentials** are a bearer token, a callable that returns one, an httpx.Auth, or
    SigV4. **keyring_dir** is where secret keys and receipts are kept: `SEALDROP_HOME` or the user's data folder if not
    given. **timeout** is in seconds and for one request. **on_out_of_range** says what happens to rows outside the
    model's ranges: "refuse" them all, "warn" and answer them, "clip" them, or "report": rows that are refused, for
    whatever reason, get no answer, and the others do.

        >>> with Client("https://api.example.com", token) as client:
        ...     client.model("breast-cancer").predict(X)
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        keyring_dir: str | Path | None = None,
        timeout: float = 30.0,
        on_out_of_range: RangePolicy = "refuse",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if on_out_of_range not in get_args(RangePolicy):
            raise Misconfigured(
                "this is nothing to do with rows that are out of range",
                code="bad_policy",
                remedy='Let on_out_of_range be one of "refuse", "warn", "clip" and "report".',
            )
        connection = Connection(url, credentials, timeout, transport)
        root = Path(keyring_dir) if keyring_dir else data_folder()
        address = str(connection.url)
        self._on_out_of_range: RangePolicy = on_out_of_range
        self._deployment = Deployment(
            connection,
            Storage(connection.url, timeout, transport),
            Keystore(root, address),
            Receipts(deployment_folder(root, address) / "jobs"),
        )

    def __repr__(self) -> str:
        url = self._deployment.connection.url
        return f"Client('{url.scheme}://{url.netloc.decode()}', '********')"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close idle connections."""
        self._deployment.close()

    def models(self) -> list[ModelSummary]:
        """Return the deployment's models."""
        return self._deployment.connection.get(ModelList, "/v1/models").models

    def model(self, reference: str, *, digest: str | None = None) -> Model:
        """Return the model `name` (its newest version) or `name@version`.

        With the `digest` its owner told you, nobody can put another model in its place. Raises UntrustedManifest,
        ServiceRefused (`model_not_found`, `model_retired`) or TransportFailed.
        """
        manifest = describe(self._deployment.connection, reference, digest=digest)
        return Model(self._deployment, manifest, self._on_out_of_range)

    def jobs(self, limit: int = PAGE) -> list[Job]:
        """Return up to `limit` of your jobs, newest first."""
        records: list[JobRecord] = []
        cursor: str | None = None
        while len(records) < limit:
            page = self._deployment.connection.get(
                JobList, "/v1/jobs", limit=min(PAGE, limit - len(records)), cursor=cursor
            )
            records += page.jobs
            cursor = page.cursor
            if cursor is None:
                break
        return [Job(self._deployment, record) for record in records[:limit]]

    def job(self, job: str) -> Job:
        """Return the job of that id, from whatever process it was submitted."""
        check_job_id(job)
        with collectable(job):
            page = self._deployment.connection.get(JobPage, f"/v1/jobs/{job}", after=AFTER_ALL)
        return Job(self._deployment, page.job)

    def delete(self, job: Job | str) -> None:
        """Delete a job with its rows and results from the service."""
        (job if isinstance(job, Job) else self.job(job)).delete()
