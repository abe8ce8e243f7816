"""Everything sealdrop refuses, and what to do about it.

SealdropError
├── InvalidRequest          400  the request is not one this protocol knows
│   └── UnsupportedVersion  400  a protocol version this side does not speak
├── Unauthenticated         401  no identity from the authorizer
├── NotFound                404  it is not there, or not yours
├── Conflict                409  the resource is not in a state that allows this
├── Gone                    410  retired by its owner
├── MalformedSeal           422  bytes that are no sealed file of this plan
├── Mismatch                422  a well-formed sealed file, but for another model, plan or key
├── RefusedInput            422  rows the model was not made for; raised before anything is encrypted
├── Infeasible              422  no plan meets the wish
├── EvaluationFailed        500  the worker could not finish a part
└── Unavailable             503  try again later

Every class has a default `code`, HTTP `status` and `remedy`; a refusal may name a finer code.
"""

from typing import Any, ClassVar


class SealdropError(Exception):
    """A refusal with a stable code and a remedy; safe to show to whoever caused it."""

    code: str = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    remedy: str = "Report this with the request id."

    def __init__(self, message: str, *, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.remedy = remedy or type(self).remedy

    def problem(self) -> dict[str, Any]:
        """Return the refusal as problem details (RFC 9457) with our members `code` and `remedy`."""
        return {
            "type": f"urn:sealdrop:problem:{self.code}",
            "title": self.code.replace("_", " "),
            "status": self.status,
            "detail": self.message,
            "code": self.code,
            "remedy": self.remedy,
            "retryable": self.retryable,
        }


class InvalidRequest(SealdropError):
    """The request is not one this protocol knows."""

    code = "invalid_request"
    status = 400
    remedy = "Send a request that follows the contract."


class UnsupportedVersion(InvalidRequest):
    """A protocol version this side does not speak."""

    code = "unsupported_version"
    remedy = "Use a release of sealdrop that speaks this version."


class Unauthenticated(SealdropError):
    """No identity came from the authorizer."""

    code = "unauthenticated"
    status = 401
    remedy = "Send the credentials this deployment asks for."


class NotFound(SealdropError):
    """It is not there, or not yours: the two are not told apart."""

    code = "not_found"
    status = 404
    remedy = "Check the name or id and the credentials used."


class Conflict(SealdropError):
    """The resource is not in a state that allows this."""

    code = "conflict"
    status = 409
    remedy = "Read the resource again and act on its state."


class Gone(SealdropError):
    """Retired by its owner."""

    code = "gone"
    status = 410
    remedy = "Use another version; the model's owner knows which, if any."


class MalformedSeal(SealdropError):
    """Bytes that are no sealed file of this plan."""

    code = "malformed_seal"
    status = 422
    remedy = "Seal the rows again with a client of this protocol version and upload them unchanged."


class Mismatch(SealdropError):
    """A well-formed sealed file, but for another model, plan or key."""

    code = "mismatch"
    status = 422
    remedy = "Seal the rows for the model, plan and key named in the job."


class RefusedInput(SealdropError):
    """Rows the model was not made for; raised on the data owner's machine before encryption."""

    code = "refused_input"
    status = 422
    remedy = "Compare the rows with the model's columns: `sealdrop describe` lists them."


class Infeasible(SealdropError):
    """No plan meets the wish."""

    code = "infeasible"
    status = 422
    remedy = "Allow a larger error or a shallower model."


class EvaluationFailed(SealdropError):
    """The worker could not finish a part."""

    code = "evaluation_failed"
    status = 500
    remedy = "Submit the rows again; if it fails again, report the job id."


class Unavailable(SealdropError):
    """A dependency did not answer; nothing was lost."""

    code = "unavailable"
    status = 503
    retryable = True
    remedy = "Try again later."
