"""Send: seal rows part by part, submit the job with the first, and upload each as it is sealed."""

import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from threading import Event
from uuid import uuid4

from sealdrop.errors import ServiceRefused, TransportFailed
from sealdrop.preprocessing.rows import Admitted
from sealdrop.receipts import Receipt
from sealdrop.request.bounded_map import bounded_map
from sealdrop.request.deployment import Deployment
from sealdrop.request.enroll import enroll
from sealdrop.request.parts import Part, at_a_time, cut, rows_per_part
from sealdrop.timing import Stopwatch
from sealdrop.transport.resources import Grant, JobCreated, JobRecord, Uploads
from sealdrop.transport.retrying import PATIENT
from sealdrop.transport.storage import LinkExpired
from sealdrop_core.manifest import Manifest


@dataclass(frozen=True)
class SealedPart:
    """A part's sealed file and its SHA-256."""

    part: Part
    file: bytes = field(repr=False)
    sha256: str

    @property
    def upload(self) -> dict[str, object]:
        """The part as the API wants it announced."""
        return {"part": self.part.number, "rows": self.part.rows, "bytes": len(self.file), "sha256": self.sha256}


class Submission:
    """One job on its way out. Exhaust `send()`; `job` and `receipt` are set once `is_created`.

    Between `is_announced` and `is_created` the service may have made a job that is not known here yet.
    """

    job: JobRecord
    receipt: Receipt

    def __init__(
        self, deployment: Deployment, manifest: Manifest, admitted: Admitted, stopwatch: Stopwatch, stop: Event
    ) -> None:
        self._deployment = deployment
        self._manifest = manifest
        self._rows = rows = admitted.rows
        self._refused = admitted.refused
        self._stopwatch = stopwatch
        self._stop = stop
        self._idempotency_key = uuid4().hex
        self._grants: dict[int, Grant] = {}
        self._arrived: set[int] = set()
        self.is_announced = self.is_created = False
        self.plan = manifest.plan_for(len(rows))
        self._step = rows_per_part(self.plan)
        self.parts = cut(len(rows), self._step)

    @property
    def has_arrived(self) -> bool:
        """Whether all parts are there."""
        return len(self._arrived) == len(self.parts)

    def send(self) -> Generator[Part, None, None]:
        """Yield each part once it has arrived. Sealing happens in the caller's thread, uploads beside it."""
        return bounded_map(self._upload, self._seal(), self._stop, at_a_time(self.plan, self._step))

    def _seal(self) -> Iterator[SealedPart]:
        self._deployment.receipts.prepare(len(self.parts))
        keyring = self._deployment.keystore.keyring(self.plan)
        for part in self.parts:
            with self._stopwatch.stage("seal"):
                file = keyring.seal(self._manifest, self.plan, self._rows[part.start : part.stop])
                sealed = SealedPart(part, file, hashlib.sha256(file).hexdigest())
            self._stopwatch.sealed(part.rows)
            if part.number == 0:
                self._submit(sealed)
            self._deployment.receipts.add(self.receipt, sealed.sha256)  # before it travels: it can always be opened
            yield sealed

    def _submit(self, first: SealedPart) -> None:
        """Create the job; if the service has lost our keys, enroll them again first."""
        try:
            created = self._create(first)
        except ServiceRefused as error:
            if error.code != "key_not_found":
                raise
            self._deployment.keystore.forget(self.plan)
            created = self._create(first)
        self.job, self.is_created = created.job, True
        self._grants = {grant.part: grant for grant in created.uploads if grant.part is not None}
        self.receipt = Receipt(
            job=self.job.id,
            model=self._manifest.reference,
            manifest=self._manifest.digest,
            plan=self.plan.id,
            keyring=self._deployment.keystore.keyring(self.plan).fingerprint,
            rows=len(self._rows),
            rows_per_part=self._step,
            refused=list(self._refused),
        )
        self._deployment.receipts.save(self.receipt)

    def _create(self, first: SealedPart) -> JobCreated:
        place = self._deployment
        key = enroll(place.connection, place.storage, place.keystore, self._manifest, self.plan, self._stop)
        body = {
            "model": self._manifest.reference,
            "manifest": self._manifest.digest,
            "plan": self.plan.id,
            "key": key,
            "rows": len(self._rows),
            "parts": len(self.parts),
            "uploads": [first.upload],
        }
        headers = {"idempotency-key": self._idempotency_key}
        self.is_announced = True
        with self._stopwatch.stage("upload"):  # patiently: the job may be there though its answer was lost
            return place.connection.post(JobCreated, "/v1/jobs", body, self._stop, PATIENT, headers=headers)

    def _upload(self, sealed: SealedPart) -> Part:
        grant = self._grants.pop(sealed.part.number, None)
        with self._stopwatch.stage("upload"):
            for _ in range(3):
                try:
                    grant = grant or self._grant(sealed)
                    self._deployment.storage.upload(grant, sealed.file, self._stop, PATIENT)
                    break
                except LinkExpired:
                    grant = None
                except ServiceRefused as error:
                    if error.code != "part_conflict":
                        raise
                    break  # it is there already; or the job has ended, which the collection will tell
            else:
                raise TransportFailed("object storage refuses fresh upload links", code="link_refused")
        self._arrived.add(sealed.part.number)
        self._stopwatch.uploaded(sealed.part.number, sealed.part.rows, len(sealed.file))
        return sealed.part

    def _grant(self, sealed: SealedPart) -> Grant:
        path = f"/v1/jobs/{self.job.id}/uploads"
        answer = self._deployment.connection.post(Uploads, path, {"uploads": [sealed.upload]}, self._stop, PATIENT)
        for grant in answer.uploads:
            if grant.part == sealed.part.number:
                return grant
        raise TransportFailed("the service granted no upload for a part", code="unreadable_answer")
