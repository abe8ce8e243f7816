"""The baseline's Lambda: it answers from rows in the clear what the other functions answer from sealed ones."""

import base64
import json
from typing import Any

from aws_lambda_powertools import Logger
from pydantic import ValidationError

from baseline.plaintext import MAX_ROWS, Rows, Scores, scores
from cloud import models
from cloud.clients import clients
from sealdrop_core.errors import InvalidRequest, SealdropError, Unauthenticated

logger = Logger()
clients()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event, payload version 2.0."""
    request_id = event["requestContext"]["requestId"]
    try:
        return _response(200, "application/json", _answered(event).model_dump())
    except SealdropError as refusal:
        logger.info("refused", extra={"code": refusal.code, "status": refusal.status, "request_id": request_id})
        return _response(refusal.status, "application/problem+json", refusal.problem() | {"request_id": request_id})


def _answered(event: dict[str, Any]) -> Scores:
    if not event["requestContext"].get("authorizer"):
        raise Unauthenticated("no authorizer vouches for this request")
    body = event.get("body") or ""
    try:
        asked = Rows.model_validate_json(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except ValidationError:
        raise InvalidRequest(f"the body is no list of 1 to {MAX_ROWS} rows of numbers") from None
    model = models.find(event["pathParameters"]["reference"])
    found = scores(models.manifest(model.reference, model.manifest), asked)
    logger.info("answered in the clear", extra={"model": model.reference, "rows": len(asked.rows)})
    return found


def _response(status: int, media_type: str, content: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(content, separators=(",", ":"))
    return {"statusCode": status, "headers": {"content-type": media_type}, "body": body}
