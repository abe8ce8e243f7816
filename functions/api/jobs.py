"""/v1/jobs: submit, follow, delete."""

import hashlib
from collections.abc import Sequence
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from api import orders
from api.orders import JobRequest, PartsRequest
from api.resources import Grant, JobCreated, JobList, JobPage, JobView, PartView, Uploads
from api.tenant import Tenant
from cloud import jobs, parts
from cloud.jobs import Job
from cloud.parts import Part
from sealdrop_core.errors import Conflict, Gone, NotFound
from sealdrop_core.jobs import JOB_TERMINAL, PartState

PAGE = 100
JobId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$")]
Token = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The same for every repeat")
]


def submit_job(tenant: Tenant, token: Token, request: JobRequest) -> Response[JobCreated]:
    """Create a job and return where to upload its parts; a repeat returns the same job."""
    job, new = _created(tenant, token, request)
    waiting = [part for part in parts.declare(job, request.uploads) if part.state is PartState.AWAITING_UPLOAD]
    created = JobCreated(job=JobView.of(job), uploads=_grants(job, waiting) if job.takes_uploads else [])
    return Response(201 if new else 200, "application/json", created)


def _created(tenant: str, token: str, request: JobRequest) -> tuple[Job, bool]:
    digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    try:
        plan = orders.plan_of(tenant, request)
    except (Gone, NotFound):
        # model or keys may have gone since the job was created, which is no matter of a repeat
        if job := jobs.repeated(tenant, token, digest):
            return job, False
        raise
    orders.check(request, plan, request.uploads)
    return jobs.create(tenant, request.order, token, digest)


def announce_parts(tenant: Tenant, job_id: JobId, request: PartsRequest) -> Uploads:
    """Return where to upload further parts; a repeat returns fresh grants."""
    job = jobs.find(tenant, job_id)
    if not job.takes_uploads:
        raise Conflict("the job takes no more uploads", code="part_conflict", remedy="Submit the rows in a new job.")
    orders.check(job, orders.plan_for(job), request.uploads)
    declared = parts.declare(job, request.uploads)
    begun = [part.part for part in declared if part.state is not PartState.AWAITING_UPLOAD]
    if begun:
        raise Conflict(f"part {begun[0]} has been uploaded already", code="part_conflict")
    return Uploads(uploads=_grants(job, declared))


def list_jobs(
    tenant: Tenant,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 20,
    cursor: Annotated[str, Query(pattern=r"^([0-9a-z]{26})?$")] = "",
) -> JobList:
    """Return jobs, newest first."""
    found, more = jobs.newest(tenant, limit, cursor)
    return JobList(jobs=[JobView.of(job) for job in found], cursor=more)


def follow_job(
    tenant: Tenant, job_id: JobId, after: Annotated[int, Query(ge=-1, le=999_999)] = -1
) -> Response[JobPage]:
    """Return a job and up to 100 of its parts beyond part `after`, settled ones with leave to fetch the result."""
    job = jobs.find(tenant, job_id)
    if job.settled and job.state not in JOB_TERMINAL:
        jobs.finish(job)
        job = jobs.find(tenant, job_id)
    page = list(islice(parts.of(job, after), PAGE + 1))
    shown = [PartView.of(job, part) for part in page[:PAGE]]
    content = JobPage(job=JobView.of(job), parts=shown, next=shown[-1].part if len(page) > PAGE else None)
    headers = {} if job.state in JOB_TERMINAL else {"Retry-After": "1"}
    return Response(200, "application/json", content, headers=headers)


def delete_job(tenant: Tenant, job_id: JobId) -> Response[None]:
    """Delete a job, its sealed inputs and its sealed results."""
    jobs.delete(jobs.find(tenant, job_id))
    return Response(204)


def _grants(job: Job, awaited: Sequence[Part]) -> list[Grant]:
    return [
        Grant.upload(job.slot(part.part).input, part.bytes, part.sha256, until=job.expires, part=part.part)
        for part in awaited
    ]
