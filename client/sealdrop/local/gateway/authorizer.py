"""The JWT authorizer, and the tokens it accepts."""

import secrets
import time
from typing import Any

import jwt

ISSUER = "https://issuer.sealdrop.invalid"
AUDIENCE = "sealdrop"
ALGORITHM = "HS256"


class JwtAuthorizer:
    """Issues tokens and checks them, with a key that only this object knows.

    API Gateway itself only takes asymmetric keys from an issuer's document; one shared key is enough on one machine.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, subject: str, *, lifetime: int = 3600) -> str:
        """Return a signed token for a subject, valid for `lifetime` seconds."""
        issued = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": issued, "exp": issued + lifetime}
        return jwt.encode(claims, self._key, ALGORITHM)

    def authorize(self, authorization: str | None) -> dict[str, Any] | None:
        """Return `requestContext.authorizer` for an Authorization header, or None if it is not valid."""
        token = (authorization or "").removeprefix("Bearer ").strip()
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.InvalidTokenError:
            return None
        return {"jwt": {"claims": {name: _text(value) for name, value in claims.items()}, "scopes": None}}


def _text(claim: Any) -> str:
    """Return a claim as the gateway passes it on: always a string, lists in brackets."""
    if isinstance(claim, list):
        return f"[{' '.join(map(str, claim))}]"
    return str(claim).lower() if isinstance(claim, bool) else str(claim)
