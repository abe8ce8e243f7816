"""What can be known of credentials that a deployment does not take: expired, of the wrong kind, or simply not accepted.

The texts of gateways are looked into and never repeated: AWS's may hold a session token.
"""

import base64
import json
from time import time

import httpx

from sealdrop.transport.credentials import Bearer, SigV4

FRESH = "Get a fresh one from your OpenID provider; a callable in place of a token gives one for every request."
ISSUER = "Check that the token is whole, and that its issuer and audience are the deployment's."
IAM = "A deployment that authorizes with IAM takes AWS credentials (SigV4) in place of a token."
CLOCK = "Renew the AWS credentials, and check this machine's clock."
RIGHT = "Let the deployment's owner grant your AWS identity execute-api:Invoke, and check the region."
OTHER = "Send the credentials this deployment asks for."


def rejection(auth: httpx.Auth | None, response: httpx.Response) -> tuple[str, str]:
    """Return what is known of an answer 401 or 403 that does not say itself why, and what to do about it."""
    told = (response.headers.get("www-authenticate", "") + response.text[:10_000]).lower()
    if isinstance(auth, Bearer):
        if "expired" in told or _has_expired(response.request.headers.get("authorization", "")):
            return "the token has expired", FRESH
        return "the deployment does not take this token", f"{ISSUER} {IAM}"
    if isinstance(auth, SigV4):
        if response.status_code == 401:
            return "the deployment does not take AWS credentials", "Pass a bearer token, or set SEALDROP_TOKEN."
        if "expired" in told:
            return "the AWS credentials or their signature have expired", CLOCK
        return "the deployment does not take these AWS credentials", RIGHT
    return "the deployment does not take these credentials", OTHER


def _has_expired(authorization: str) -> bool:
    """Whether a JWT is past its `exp`, by this machine's clock; False for what cannot be read."""
    try:
        payload = authorization.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"]) < time()
    except (ValueError, LookupError, TypeError, RecursionError):
        return False
