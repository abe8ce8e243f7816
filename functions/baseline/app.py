"""The baseline's Lambda: it answers from rows in the clear what the other functions answer from sealed ones."""

import base64
import json
import re
from typing import Any

from aws_lambda_powertools import Logger

from baseline.plaintext import MAX_ROWS, Rows, Scores, scores
from cloud import identity, models
from cloud.clients import clients
from sealdrop_core.errors import InvalidRequest, SealdropError
from sealdrop_core.names import MODEL_OR_REFERENCE

logger = Logger()
clients()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event, payload version 2.0."""
    request_id = event["requestContext"]["requestId"]
    try:
        return _response(200, "application/json", _answered(event).model_dump())
    except SealdropError as error:
        refusal = error
    except Exception as error:
        logger.error("unforeseen", extra={"error": type(error).__name__}, exc_info=error)
        refusal = SealdropError("this should not have happened")
    logger.info("refused", extra={"code": refusal.code, "status": refusal.status, "request_id": request_id})
    return _response(refusal.status, "application/problem+json", refusal.problem() | {"request_id": request_id})


def _answered(event: dict[str, Any]) -> Scores:
    identity.tenant_of(event)
    reference = event["pathParameters"]["reference"]
    if not re.fullmatch(MODEL_OR_REFERENCE, reference, re.ASCII):
        raise InvalidRequest("a model is named like name or name@version")
    body = event.get("body") or ""
    try:
        asked = Rows.model_validate_json(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except ValueError:  # pydantic's is one, base64's too
        raise InvalidRequest(f"the body is no list of 1 to {MAX_ROWS} rows of numbers") from None
    model = models.find(reference)
    found = scores(models.manifest(model.reference, model.manifest), asked)
    logger.info("answered in the clear", extra={"model": model.reference, "rows": len(asked.rows)})
    return found


def _response(status: int, media_type: str, content: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(content, separators=(",", ":"))
    return {"statusCode": status, "headers": {"content-type": media_type}, "body": body}
