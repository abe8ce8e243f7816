"""How S3 says no: a status, a code and a sentence, as XML."""

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Refusal(Exception):
    """A request S3 does not serve.

    Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message

    def response(self, environ: "WSGIEnvironment") -> Response:
        """Return the refusal as S3 sends it: without a body to HEAD."""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>"
        )
        head = environ["REQUEST_METHOD"] == "HEAD"
        return Response("" if head else body, self.status, content_type="application/xml")


def access_denied(message: str) -> Refusal:
    """Return the refusal of a request that is understood but not allowed."""
    return Refusal(403, "AccessDenied", message)
