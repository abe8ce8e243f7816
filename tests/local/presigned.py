"""Presigned uploads: what is signed, how it is sent, how it is changed, and how S3 refuses it."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

# one for all: making a client reads every certificate authority
HTTP = httpx.Client(verify=False, trust_env=False, timeout=30)

BODY = b"sealed bytes"
KEY = "inputs/tenant one/a+b"
TYPE = "application/octet-stream"


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


HEADERS = {
    "content-type": TYPE,
    "content-length": str(len(BODY)),
    "x-amz-checksum-sha256": sha256(BODY),
    "if-none-match": "*",
}


def put(url: str, body: bytes = BODY, **headers: str | None) -> httpx.Response:
    merged = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTP.put(url, content=body, headers={name: value for name, value in merged.items() if value is not None})


def refusal(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/xml"
    code = response.text.partition("<Code>")[2].partition("</Code>")[0]
    return response.status_code, code


def changed(url: str, **parameters: str | None) -> str:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    query |= {f"X-Amz-{name}": value for name, value in parameters.items()}
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{url.partition('?')[0]}?{urlencode(kept)}"
