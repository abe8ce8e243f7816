"""The walk in containers: each event once, then the whole way with real presigned URLs, then the API's own door."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.aws.predict import predict
from tests.sam.stack import ROOT, SamStack, build

REFUSED = "evaluate-object-created"
FUNCTIONS = {"api": "ApiFunction", "evaluate": "EvaluateFunction", "settle": "SettleFunction"}


def walk(folder: Path) -> Iterator[str]:
    """Yield a line for each thing that has been shown to work; raises AssertionError where one does not."""
    built = build(folder / "build")
    yield "$ sam build"
    with SamStack(built) as stack:
        for event in sorted((ROOT / "events").glob("*.json")):
            function = FUNCTIONS[event.stem.partition("-")[0]]
            yield f"$ sam local invoke {function} --event events/{event.name}"
            yield _shown(json.loads(stack.sam.once(function, event)), event)
        yield f"$ sam local start-lambda   # the walk: API, S3, SQS and DynamoDB at {stack.aws_url}"
        yield from predict(stack, folder)
        yield "$ sam local start-api"
        yield from _door(stack.sam.start("start-api"))


def _shown(answer: Any, event: Path) -> str:
    """Check that an event was understood, and show the answer in short."""
    if event.stem.startswith("api"):
        # the examples name a model that is not published here
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "model_not_found")
        return f"{answer['statusCode']} {json.loads(answer['body'])['code']}"
    # and an object in another bucket: such a message is refused, and settled when it is dead
    refused = [json.loads(event.read_text())["Records"][0]["messageId"]] if event.stem == REFUSED else []
    failures = {"batchItemFailures": [{"itemIdentifier": one} for one in refused]}
    assert answer in (failures, {"looked_at": 0, "failed": 0}), answer
    return json.dumps(answer)


def _door(url: str) -> Iterator[str]:
    """SAM authorizes nobody: the function must answer nobody but those who ask for its health."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        for path, status in (("/v1/health", 200), ("/v1/models", 401), ("/v1/jobs", 401)):
            answer = client.get(path)
            assert answer.status_code == status, answer.text
            yield f"GET {path}: {status} {answer.json().get('code', answer.json())}"
