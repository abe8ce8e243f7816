"""Who is asking: the identity the authorizer found, as an opaque name. Nothing in the request itself is believed."""

import hashlib
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from sealdrop_core.errors import Unauthenticated


def tenant_of(request: Request) -> str:
    """Return the tenant; raises Unauthenticated when no authorizer vouches for anyone."""
    authorizer = request.resolved_event.raw_event.get("requestContext", {}).get("authorizer") or {}
    issuer, subject = _claims(authorizer)
    if not issuer or not subject:
        raise Unauthenticated("no authorizer vouches for this request")
    return "t" + hashlib.sha256(f"{issuer}|{subject}".encode()).hexdigest()[:32]


def _claims(authorizer: dict[str, Any]) -> tuple[str | None, str | None]:
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if claims:
        return claims.get("iss"), claims.get("sub")
    iam = authorizer.get("iam") or {}
    # the id is never given to another principal, as a name may be
    return iam.get("accountId"), iam.get("userId") or iam.get("userArn")


Tenant = Annotated[str, Depends(tenant_of)]
