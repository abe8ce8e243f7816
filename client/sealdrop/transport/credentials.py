"""How a request shows who sends it: a bearer token, AWS Signature Version 4, or any httpx authentication."""

from collections.abc import Callable, Generator
from typing import Any

import httpx

from sealdrop.errors import Misconfigured, extra_missing

Credentials = str | Callable[[], str] | httpx.Auth


class Bearer(httpx.Auth):
    """A bearer token, or a callable that returns a fresh one for every request."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "Bearer('********')"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Set the Authorization header."""
        token = self._token if isinstance(self._token, str) else self._token()
        token = token.strip() if isinstance(token, str) else ""
        if not token:
            raise Misconfigured(
                "there is no token", code="no_credentials", remedy="Let the callable return a bearer token."
            )
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise Misconfigured(
                "the token has characters that no token has",
                code="bad_token",
                remedy="Copy the token once more: it is one line of ASCII without spaces.",
            )
        request.headers["authorization"] = f"Bearer {token}"
        yield request


class SigV4(httpx.Auth):
    """AWS Signature Version 4 with the credentials botocore finds, for deployments that authorize with IAM.

    **region** is the deployment's; **profile** names an AWS profile, else the usual chain of providers is asked.
    Raises Misconfigured when the `aws` extra is not installed or there are no AWS credentials.
    """

    requires_request_body = True

    def __init__(self, region: str, *, profile: str | None = None, service: str = "execute-api") -> None:
        try:
            from botocore.session import Session
        except ImportError:
            raise extra_missing("signing with AWS credentials", "botocore", "aws") from None
        self.region = region
        self._service = service
        self._credentials: Any = Session(profile=profile).get_credentials()
        if self._credentials is None:
            raise Misconfigured(
                "there are no AWS credentials", code="no_credentials", remedy="Configure them as for the AWS CLI."
            )

    def __repr__(self) -> str:
        return f"SigV4({self.region!r})"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the signature's headers."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        # only what is signed: a proxy may rewrite the rest
        signed = AWSRequest(method=request.method, url=str(request.url), data=request.content)
        SigV4Auth(self._credentials.get_frozen_credentials(), self._service, self.region).add_auth(signed)
        request.headers.update(dict(signed.headers))
        yield request


def authentication(credentials: Credentials) -> httpx.Auth:
    """Return the httpx authentication that `credentials` mean."""
    if isinstance(credentials, httpx.Auth):
        return credentials
    if not callable(credentials) and not (isinstance(credentials, str) and credentials.strip()):
        raise Misconfigured("there is no token", code="no_credentials", remedy="Pass a token or other credentials.")
    return Bearer(credentials)
