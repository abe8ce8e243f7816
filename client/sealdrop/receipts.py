"""Receipts: what it takes to open a submitted job's results later, from another process."""

import re
from pathlib import Path
from time import time

from pydantic import BaseModel, ConfigDict, ValidationError

from sealdrop.errors import Misconfigured
from sealdrop.folders import write_private
from sealdrop.request.parts import Part, cut
from sealdrop_core.manifest import Manifest
from sealdrop_core.plan import Plan

JOB_ID = re.compile(r"[a-z0-9]{1,40}", re.ASCII)
KEPT = 90 * 86400  # seconds; no deployment keeps results that long


class Receipt(BaseModel):
    """What was submitted: names, sizes and digests, nothing secret. `inputs` has each part's SHA-256."""

    model_config = ConfigDict(extra="forbid")

    job: str
    model: str
    manifest: str
    plan: str
    rows: int
    rows_per_part: int
    inputs: list[str] = []

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that were cut."""
        return cut(self.rows, self.rows_per_part)

    def plan_of(self, manifest: Manifest) -> Plan:
        """Return the plan that was used."""
        plan = manifest.plan(self.plan)
        if plan is None or manifest.digest != self.manifest:
            raise Misconfigured("the receipt is for another manifest", code="wrong_receipt")
        return plan


class Receipts:
    """A folder of receipts, one file for each job; old ones are cleared away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, receipt: Receipt) -> None:
        """Keep a receipt."""
        self._clear()
        write_private(self._path(receipt.job), receipt.model_dump_json().encode())

    def load(self, job: str) -> Receipt | None:
        """Return the receipt of a job, or None if it was not submitted from here."""
        try:
            return Receipt.model_validate_json(self._path(job).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def drop(self, job: str) -> None:
        """Forget a receipt."""
        self._path(job).unlink(missing_ok=True)

    def _path(self, job: str) -> Path:
        if not JOB_ID.fullmatch(job):
            raise Misconfigured("this is no job id", code="bad_job_id", remedy="List the jobs and copy the id.")
        return self.folder / f"{job}.json"

    def _clear(self) -> None:
        for path in self.folder.glob("*.json"):
            if path.stat().st_mtime < time() - KEPT:
                path.unlink(missing_ok=True)
