"""What bucket, queues and key admit of anyone: arrivals from S3, young grants used once, and nothing in the clear."""

import pytest

from tests.aws.conftest import needs_sam
from tests.aws.policy import Ask, grants, is_allowed
from tests.aws.roles import ACCOUNT

pytestmark = needs_sam


def _held(deployment, kind, document="PolicyDocument"):
    ((_, properties),) = deployment.of_type(kind)
    return tuple(grants(properties[document]))


@pytest.fixture
def bucket(deployment):
    """Return whether the bucket's policy lets a request pass that its sender's own policies allow."""
    held = _held(deployment, "AWS::S3::BucketPolicy")
    assert {(grant.effect, grant.principal) for grant in held} == {("Deny", "*")}
    return lambda ask: not any(grant.concerns(ask) for grant in held)


def _put(key, **context):
    usual = {"aws__SecureTransport": "true", "s3__signatureAge": "1000", "s3__if-none-match": "*"}
    return Ask.of(
        "s3:PutObject",
        f"arn:aws:s3:::sealdrop-data/{key}",
        s3__ObjectCreationOperation="true",
        **{name: value for name, value in (usual | context).items() if value is not None},
    )


@pytest.mark.parametrize(
    ("key", "context", "passes"),
    [
        ("inputs/t/j/000000", {}, True),
        ("keys/t/k", {}, True),
        ("inputs/t/j/000000", {"s3__if-none-match": None}, False),
        ("keys/t/k", {"s3__if-none-match": None}, False),
        ("inputs/t/j/000000", {"s3__signatureAge": "900001"}, False),
        ("inputs/t/j/000000", {"aws__SecureTransport": "false"}, False),
        ("results/t/j/000000", {"s3__if-none-match": None}, True),  # deterministic, and written again by a retry
        ("results/t/j/000000", {"aws__SecureTransport": "false"}, False),
        ("models/m/1/weights.npz", {}, True),
    ],
)
def test_an_upload_is_young_and_happens_once_and_over_tls(bucket, key, context, passes):
    assert bucket(_put(key, **context)) is passes


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:ListBucket", "s3:DeleteObject"])
def test_nothing_passes_in_the_clear(bucket, action):
    for resource in ("arn:aws:s3:::sealdrop-data", "arn:aws:s3:::sealdrop-data/results/t/j/000000"):
        assert not bucket(Ask.of(action, resource, aws__SecureTransport="false"))


@pytest.mark.parametrize(
    ("account", "secure", "passes"),
    [(ACCOUNT, "true", True), ("999999999999", "true", False), (ACCOUNT, "false", False)],
)
def test_s3_may_announce_arrivals_of_this_account(deployment, account, secure, passes):
    held = _held(deployment, "AWS::SQS::QueuePolicy")
    assert {str(grant.principal) for grant in held} == {"*", "{'Service': 's3.amazonaws.com'}"}
    ask = Ask.of("sqs:SendMessage", deployment.names.queue, aws__SourceAccount=account, aws__SecureTransport=secure)
    assert is_allowed(held, ask) is passes


@pytest.mark.parametrize("action", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue"])
def test_s3_may_do_nothing_else_with_queues(deployment, action):
    held = _held(deployment, "AWS::SQS::QueuePolicy")
    ask = Ask.of(action, deployment.names.queue, aws__SourceAccount=ACCOUNT, aws__SecureTransport="true")
    assert not is_allowed(held, ask)


def _by(deployment, principal):
    held = _held(deployment, "AWS::KMS::Key", "KeyPolicy")
    return tuple(grant for grant in held if principal in str(grant.principal))


def test_s3_may_write_to_the_encrypted_queue_for_this_account_only(deployment):
    held = _by(deployment, "'s3.amazonaws.com'")
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert is_allowed(held, Ask.of(action, "*", aws__SourceAccount=ACCOUNT))
        assert not is_allowed(held, Ask.of(action, "*", aws__SourceAccount="999999999999"))


def test_logs_are_encrypted_for_this_accounts_groups_only(deployment):
    held = _by(deployment, "logs.us-east-1.amazonaws.com")
    for account, passes in ((ACCOUNT, True), ("999999999999", False)):
        group = {"kms__EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{account}:log-group:x"}
        assert is_allowed(held, Ask.of("kms:GenerateDataKey", "*", **group)) is passes


def test_everybody_of_the_account_may_use_the_key_through_the_table_only(deployment):
    held = deployment.key_policy()
    through = {"kms__CallerAccount": ACCOUNT, "kms__ViaService": "dynamodb.us-east-1.amazonaws.com"}
    assert is_allowed(held, Ask.of("kms:Decrypt", "*", **through))
    for change in ({"kms__CallerAccount": "999999999999"}, {"kms__ViaService": "s3.us-east-1.amazonaws.com"}):
        assert not is_allowed(held, Ask.of("kms:Decrypt", "*", **(through | change)))
