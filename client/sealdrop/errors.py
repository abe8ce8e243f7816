"""Everything that can go wrong on the data owner's side.

SealdropError               of sealdrop_core: every refusal has a `code` and a `remedy`
├── RefusedInput            rows the model was not made for; nothing was sealed yet
├── MalformedSeal           bytes that are no sealed result of this plan
├── Mismatch                a sealed result, but another's
└── ClientError
    ├── Misconfigured       an address, credential, profile or optional part that is missing or unusable
    ├── NotOffered          a method the published estimator does not have (also an AttributeError)
    ├── UntrustedManifest   a manifest that is not what its digest or name says
    ├── TransportFailed     no answer, or no readable one, after all retries
    ├── ServiceRefused      the service answered with problem details
    ├── JobFailed           the service gave up on the job
    └── JobUnfinished       the job is still under way when the wait ends (also a TimeoutError)

OutOfRange is the warning for rows outside the model's ranges, if the client was told to warn. RowsRefused is the one
for rows that are not answered, if it was told to report.
"""

from typing import Any

from sealdrop_core.errors import Infeasible, MalformedSeal, Mismatch, RefusedInput, SealdropError

__all__ = [
    "ClientError",
    "Infeasible",
    "JobFailed",
    "JobUnfinished",
    "MalformedSeal",
    "Misconfigured",
    "Mismatch",
    "NotOffered",
    "OutOfRange",
    "RefusedInput",
    "RowsRefused",
    "SealdropError",
    "ServiceRefused",
    "TransportFailed",
    "UntrustedManifest",
]


AGAIN = frozenset({429, 502, 503, 504})  # statuses that may be gone a little later
LASTING = frozenset({"certificate_not_trusted", "insecure_link", "not_http", "not_tls", "proxy_refused"})


class ClientError(SealdropError):
    """Something went wrong on this side of the service."""

    code = "client_error"
    remedy = "Read the message; nothing left this machine unsealed."


class Misconfigured(ClientError):
    """An address, credential, profile or optional part is missing or unusable."""

    code = "misconfigured"
    remedy = "Check the address, the credentials and the installed extras."


class NotOffered(ClientError, AttributeError):
    """The published estimator does not have this method."""

    code = "not_offered"
    remedy = "Call a method the model's output offers; `sealdrop describe` names them."


class UntrustedManifest(ClientError):
    """The manifest is not what its digest or name says."""

    code = "untrusted_manifest"
    remedy = "Do not seal rows for this model; tell its owner."


class TransportFailed(ClientError):
    """No answer came, or none that can be read, after all retries."""

    code = "transport_failed"
    retryable = True
    remedy = "Check the network and the address, then try again."

    def problem(self) -> dict[str, Any]:
        """Return problem details; what stays until somebody mends it is not worth another attempt."""
        return super().problem() | {"retryable": self.code not in LASTING}


class ServiceRefused(ClientError):
    """The service answered with problem details; `http_status` and `request_id` are the answer's."""

    code = "service_refused"
    remedy = "Report this with the request id."

    def __init__(
        self, message: str, *, status: int, code: str | None = None, remedy: str | None = None, request_id: str = ""
    ) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.http_status = status
        self.request_id = request_id

    def problem(self) -> dict[str, Any]:
        """Return the service's problem details."""
        answered = {"status": self.http_status, "request_id": self.request_id}
        return super().problem() | answered | {"retryable": self.http_status in AGAIN}


class JobFailed(ClientError):
    """The service gave up on the job; `job` is its id."""

    code = "job_failed"
    remedy = "Submit the rows again; if it fails again, report the job id."

    def __init__(self, message: str, *, job: str, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.job = job


class JobUnfinished(ClientError, TimeoutError):
    """The job is still under way when the wait ends; it goes on without you."""

    code = "job_unfinished"
    remedy = "Wait longer, or ask for the job later."


class OutOfRange(UserWarning):
    """Rows lie outside the range the model was calibrated on: their scores may be wrong."""


class RowsRefused(UserWarning):
    """Rows were refused one by one: they have no answer, and the others do."""


def extra_missing(what: str, module: str, extra: str) -> Misconfigured:
    """Return the refusal of what needs a module that only an extra of sealdrop brings (`extra_missing`)."""
    return Misconfigured(
        f"{what} needs {module}",
        code="extra_missing",
        remedy=how_to_install(extra),
    )


def how_to_install(extra: str) -> str:
    """Return the one sentence on how to install an extra."""
    return f"Install sealdrop[{extra}]: in a clone, pip install '.[{extra}]'."
