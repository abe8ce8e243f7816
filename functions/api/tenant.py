"""The tenant of a request, as its route wants it."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from cloud import identity


def tenant_of(request: Request) -> str:
    """Return the tenant; raises Unauthenticated when no authorizer vouches for anyone."""
    return identity.tenant_of(request.resolved_event.raw_event)


Tenant = Annotated[str, Depends(tenant_of)]
