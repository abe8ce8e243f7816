"""The enforcement moto's S3 lacks: signature, expiry, signed headers, checksums and sizes.

moto itself enforces `if-none-match: *` (412) and missing keys (404); a test holds it to that.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sealdrop.local.aws.account import Account
from sealdrop.local.aws.checksum import verify_checksums, verify_payload_hash
from sealdrop.local.aws.refusal import Refusal
from sealdrop.local.aws.request import header, read_body
from sealdrop.local.aws.signature import read_signature, verify_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OTHER_SERVICES = ("dynamodb", "events", "iam", "kms", "sqs", "sts")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class StrictS3:
    """WSGI middleware that lets only requests through that S3 would serve.

    Requests that carry our key for another service pass unverified: presigned URLs are S3's alone.
    """

    def __init__(self, app: "WSGIApplication", account: Account, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._account = account
        self._clock = clock

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # moto would take the account, and with it whose data this is, from this header
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account.number
        try:
            body = read_body(environ)
            if not self._is_for_another_service(environ):
                self._verify(environ, body)
        except Refusal as refusal:
            return refusal.response(environ)(environ, start_response)
        return self._app(environ, start_response)

    def _verify(self, environ: "WSGIEnvironment", body: bytes) -> None:
        method = environ["REQUEST_METHOD"]
        if method in ("PUT", "POST") and header(environ, "content-length") is None:
            raise Refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        signature = read_signature(environ)
        verify_signature(signature, environ, self._account, self._clock())
        verify_payload_hash(signature.payload_hash, body)
        verify_checksums(environ, body)
        if method == "PUT" and environ.get("CONTENT_TYPE", "").startswith(_FORMS):
            # moto would parse the object's bytes as a form and store nothing
            environ["CONTENT_TYPE"] = "binary/octet-stream"

    def _is_for_another_service(self, environ: "WSGIEnvironment") -> bool:
        """Read the credential where moto reads it to route, so that what passes here cannot end up in S3."""
        fields = (header(environ, "authorization") or "").partition(",")[0].split()
        credential = fields[1].removeprefix("Credential=").split("/") if len(fields) > 1 else []
        expected = (self._account.access_key, self._account.region)
        return len(credential) == 5 and (credential[0], credential[2]) == expected and credential[3] in _OTHER_SERVICES
