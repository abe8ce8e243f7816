"""Who is asking: the identity the authorizer found, as an opaque name. Nothing in the request itself is believed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sealdrop_core.errors import Unauthenticated


def tenant_of(event: Mapping[str, Any]) -> str:
    """Return the tenant of an HTTP API event; raises Unauthenticated when no authorizer vouches for anyone."""
    issuer, subject = _claims(_member(_member(event, "requestContext"), "authorizer"))
    if not (issuer and subject and isinstance(issuer, str) and isinstance(subject, str)):
        raise Unauthenticated("no authorizer vouches for this request")
    return "t" + hashlib.sha256(f"{issuer}|{subject}".encode()).hexdigest()[:32]


def _claims(authorizer: Any) -> tuple[Any, Any]:
    if claims := _member(_member(authorizer, "jwt"), "claims"):
        return _member(claims, "iss"), _member(claims, "sub")
    iam = _member(authorizer, "iam")
    # the id is never given to another principal, as a name may be
    return _member(iam, "accountId"), _member(iam, "userId") or _member(iam, "userArn")


def _member(value: Any, name: str) -> Any:
    """Return a member, or None where there is none: what is not as the gateway writes it vouches for nobody."""
    return value.get(name) if isinstance(value, Mapping) else None
