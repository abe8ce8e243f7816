"""Delete: take a job back, with its rows and results."""

from sealdrop.errors import ServiceRefused
from sealdrop.request.deployment import Deployment


def delete(deployment: Deployment, job: str) -> None:
    """Delete a job from the service, and its receipt from here; twice is harmless.

    Raises ServiceRefused or TransportFailed.
    """
    try:
        deployment.connection.delete(f"/v1/jobs/{job}")
    except ServiceRefused as error:
        if error.code != "job_not_found":
            raise
    deployment.receipts.drop(job)
