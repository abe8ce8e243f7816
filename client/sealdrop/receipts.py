"""Receipts: what it takes to open a job's results later, from another process, also after this one was interrupted."""

import re
import tempfile
from contextlib import suppress
from pathlib import Path
from time import time

from pydantic import BaseModel, ConfigDict, ValidationError

from sealdrop.errors import Misconfigured
from sealdrop.folders import keeping, private_folder, reading, write_private
from sealdrop.request.parts import Part, cut
from sealdrop.transport.resources import JOB_ID
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan

KEPT = 90 * 86400  # seconds; no deployment keeps results that long
FIRST_LINE = 4096  # bytes, more than any; a part's line has 65


class Receipt(BaseModel):
    """What was submitted: names, sizes and digests, nothing secret.

    `keyring` is the fingerprint of the keyring it was sealed with, `inputs` has the SHA-256 of each part sealed so far.
    `rows` counts the sealed rows, and `refused` has the row, column and code of each row that was left out.
    """

    model_config = ConfigDict(extra="forbid")

    job: str
    model: str
    manifest: str
    plan: str
    keyring: str
    rows: int
    rows_per_part: int
    refused: list[tuple[int, str, str]] = []
    inputs: list[str] = []

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that were cut."""
        return cut(self.rows, self.rows_per_part)

    @property
    def is_complete(self) -> bool:
        """Whether all parts were sealed."""
        return len(self.inputs) == len(self.parts)

    def plan_of(self, manifest: Manifest) -> Plan:
        """Return the plan that was used."""
        plan = manifest.plan(self.plan)
        if plan is None or manifest.digest != self.manifest:
            raise Misconfigured("the receipt is for another manifest", code="wrong_receipt")
        return plan


class Receipts:
    """A folder of receipts, one file for each job: a line of JSON, then a line for each sealed part.

    Old ones are cleared away.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self, parts: int) -> None:
        """Make sure, before there is a job, that a receipt of so many parts can be kept; raises Misconfigured."""
        with keeping(self.folder), tempfile.TemporaryFile(dir=private_folder(self.folder)) as file:
            file.write(bytes(FIRST_LINE + 65 * parts))

    def save(self, receipt: Receipt) -> None:
        """Keep the receipt of a job that was just made; raises Misconfigured (`not_kept`)."""
        self._clear()
        write_private(self._path(receipt.job), f"{receipt.model_dump_json(exclude={'inputs'})}\n".encode())

    def add(self, receipt: Receipt, sha256: str) -> None:
        """Note one more sealed part, at the same cost however many there are; raises Misconfigured (`not_kept`).

        It outlives the process, not a power failure: to wait for the disk at every part would cost more than it saves.
        """
        receipt.inputs.append(sha256)
        path = self._path(receipt.job)
        with keeping(path), path.open("a", encoding="ascii") as file:
            file.write(f"{sha256}\n")

    def load(self, job: str) -> Receipt | None:
        """Return the receipt of a job, or None if there is none here; raises Misconfigured (`not_read`)."""
        path = self._path(job)
        try:
            with reading(path):
                first, _, rest = path.read_bytes().partition(b"\n")
            receipt = Receipt.model_validate_json(first)
        except (FileNotFoundError, ValidationError):
            return None
        inputs = rest.decode("ascii", errors="replace").split("\n")[:-1]  # a crash may have cut the last line off
        return receipt.model_copy(update={"inputs": inputs})

    def drop(self, job: str) -> None:
        """Forget a receipt; one that cannot be removed does no harm."""
        with suppress(OSError):
            self._path(job).unlink(missing_ok=True)

    def _path(self, job: str) -> Path:
        check_job_id(job)
        return self.folder / f"{job}.receipt"

    def _clear(self) -> None:
        for path in self.folder.glob("*.receipt"):
            with suppress(OSError):  # its job has just been collected, elsewhere; or another user made it
                if path.stat().st_mtime < time() - KEPT:
                    path.unlink()


def check_job_id(job: str) -> None:
    """Raise Misconfigured (`bad_job_id`) if this is no job id."""
    if not isinstance(job, str) or not re.fullmatch(JOB_ID, job, re.ASCII):
        raise Misconfigured(
            "this is no job id", code="bad_job_id", remedy="Give the id that submitting printed: 26 characters."
        )
