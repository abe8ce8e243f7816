"""The real handlers against moto: a bucket, a table and queues for each test, and a linear model published in them."""

import json
from types import SimpleNamespace

import boto3
import numpy as np
import pytest
from moto import mock_aws

from cloud import clients, clock, models, settings
from evaluate.process import Work
from sealdrop_core.sealed import split
from tests.functions.events import BUCKET, TABLE, Context, load
from tests.functions.owner import DataOwner
from tests.functions.published import Published

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIATEST",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "BUCKET_NAME": BUCKET,
    "TABLE_NAME": TABLE,
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
    "POWERTOOLS_SERVICE_NAME": "stack",
    "WORKERS": "2",
}


@pytest.fixture(scope="package")
def environment():
    """Set the functions' environment; what they keep of it is forgotten afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
            patch.delenv(name, raising=False)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        settings.settings.cache_clear()
        clients.clients.cache_clear()
        yield clients.clients()
        settings.settings.cache_clear()
        clients.clients.cache_clear()


@pytest.fixture
def aws(environment):
    """Empty AWS: bucket, table and queue as the template has them."""
    with mock_aws():
        s3, dynamodb, sqs = environment
        assert sqs.create_queue(QueueName="queue")["QueueUrl"] == ENVIRONMENT["QUEUE_URL"]
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        _create_table(dynamodb)
        for cached in (models.manifest, models.manifest_bytes, models._weights):
            cached.cache_clear()
        yield SimpleNamespace(s3=s3, sqs=sqs, dynamodb=dynamodb, queue=ENVIRONMENT["QUEUE_URL"])


def _create_table(dynamodb):
    attributes = {"pk": "S", "sk": "S", "watch": "S", "due": "N"}
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "watch",
                "KeySchema": [
                    {"AttributeName": "watch", "KeyType": "HASH"},
                    {"AttributeName": "due", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture(scope="session")
def linear():
    """A linear model of 8 features and 3 outputs: plans without keys and with private responses."""
    return Published.linear()


@pytest.fixture
def plan(linear):
    """The plan for many rows without keys."""
    return linear.plan(many=True)


@pytest.fixture
def work(linear, plan):
    return Work(plan, f"{linear.manifest.digest}/{plan.id}", linear.weights)


@pytest.fixture
def body(linear, plan):
    """The body of a sealed input of four blocks."""
    X = np.random.default_rng(3).uniform(-1, 1, size=(4 * plan.layout.rows_per_block, 8))
    return split(linear.keyrings[plan.id].seal(linear.manifest, plan, X), "input")[1]


@pytest.fixture
def model(aws, linear):
    """The linear model, published as version 1."""
    linear.publish(aws.s3, aws.dynamodb)
    return linear


@pytest.fixture
def api(aws):
    """Call the API: `api(method, path, body, tenant=..., headers=..., query=...)`."""
    from api.app import handler

    def call(method, path, body=None, *, tenant="alice", headers=None, query=None, raw=None):
        event = load("api-describe-model")
        http = event["requestContext"]["http"]
        http["method"], http["path"], event["rawPath"] = method, path, path
        event["headers"] |= {"content-type": "application/json"} | (headers or {})
        event["queryStringParameters"] = query or {}
        event["body"] = raw if raw is not None else json.dumps(body) if body is not None else None
        claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
        if tenant is None:
            del event["requestContext"]["authorizer"]
        else:
            claims["sub"] = tenant
        answer = handler(event, Context())
        return SimpleNamespace(
            status=answer["statusCode"],
            headers={name.lower(): value for name, value in answer["headers"].items()},
            json=json.loads(answer["body"]) if answer["body"] else None,
            raw=answer,
        )

    return call


@pytest.fixture(scope="package")
def pool(environment):
    """Two workers, started once."""
    from evaluate.pool import Pool

    started = Pool(2, 1 << 30)
    yield started
    started.close()


@pytest.fixture
def evaluator(aws, pool, monkeypatch):
    """The evaluator's handler, with the shared workers."""
    from evaluate import app, intake

    intake._keys.cache_clear()
    monkeypatch.setattr(app, "pool", pool)
    return lambda event, seconds=60: app.handler(event, Context(seconds))


@pytest.fixture
def settle(aws):
    """The handler of settle."""
    from settle.app import handler

    return lambda event: handler(event, Context(300))


@pytest.fixture
def later(monkeypatch):
    """Let time pass for the functions: `later(seconds)`."""
    passed = SimpleNamespace(seconds=0)
    real = clock.now

    def wait(seconds):
        passed.seconds += seconds

    monkeypatch.setattr(clock, "now", lambda: real() + passed.seconds)
    return wait


@pytest.fixture
def owner(aws, api, model, evaluator):
    """A data owner who submits, uploads, has it evaluated, and opens."""
    return DataOwner(aws, api, model, evaluator)


@pytest.fixture
def rows(linear):
    """Four rows."""
    return np.random.default_rng(1).uniform(-1, 1, size=(4, linear.circuit.features))


@pytest.fixture
def submitted(owner, plan, rows):
    """Submit a file as a job of one part, whatever it is; return the job's id and its grant."""

    def submit(file, **announced):
        body = owner.request(plan, {0: (len(rows), file)})
        body["uploads"][0] |= announced
        answer = owner.submit(body)
        assert answer.status == 201, answer.json
        return answer.json["job"]["id"], answer.json["uploads"][0]

    return submit


@pytest.fixture
def sent(owner, plan, rows):
    """A job of one part whose input has arrived and whose event has not."""
    return owner.send(plan, rows)
