"""What no function may do, whatever happens to it: tried action by action against the role it has."""

import pytest

from tests.aws.conftest import needs_sam
from tests.aws.gate import Gate
from tests.aws.policy import Ask

pytestmark = needs_sam
TENANT = "t" + "0" * 32
OBJECT = "arn:aws:s3:::sealdrop-data/{}"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/sealdrop-table"
KEY = "arn:aws:kms:us-east-1:123456789012:key/Key"


def _read(key, how="REST-HEADER"):
    return [Ask.of(action, OBJECT.format(key), s3__authType=how) for action in ("s3:GetObject", "s3:GetObjectVersion")]


def _write(key, how="REST-HEADER"):
    return [Ask.of("s3:PutObject", OBJECT.format(key), s3__authType=how)]


def _publish(action):
    return [Ask.of(f"dynamodb:{action}", TABLE, dynamodb__LeadingKeys="MODELS")]


NEVER = {
    "ApiFunction": {
        "read a sealed input": _read(f"inputs/{TENANT}/j/000000"),
        "let anyone else read a sealed input": _read(f"inputs/{TENANT}/j/000000", "REST-QUERY-STRING"),
        "read a sealed result itself": _read(f"results/{TENANT}/j/000000"),
        "read keys": _read(f"keys/{TENANT}/k"),
        "read weights": _read("models/m/1/weights.npz"),
        "write an input itself": _write(f"inputs/{TENANT}/j/000000"),
        "grant a result to be written": _write(f"results/{TENANT}/j/000000", "REST-QUERY-STRING"),
        "write a model": _write("models/m/1/weights.npz"),
        "list inputs": [Ask.of("s3:ListBucket", OBJECT[:-3], s3__prefix=f"inputs/{TENANT}/")],
        "list everything": [Ask("s3:ListBucket", OBJECT[:-3])],
        "delete": [Ask("s3:DeleteObjectVersion", OBJECT.format(f"inputs/{TENANT}/j/000000"))],
        "publish or retire a model": _publish("PutItem") + _publish("UpdateItem"),
        "scan the table": [Ask("dynamodb:Scan", TABLE)],
        "delete records": [Ask("dynamodb:DeleteItem", TABLE)],
        "send messages": [Ask("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:queue")],
        "use the key for itself": [Ask("kms:Decrypt", KEY)],
    },
    "EvaluateFunction": {
        "read a result": _read(f"results/{TENANT}/j/000000"),
        "write an input": _write(f"inputs/{TENANT}/j/000000"),
        "write keys": _write(f"keys/{TENANT}/k"),
        "write a model": _write("models/m/1/manifest.json"),
        "delete": [Ask("s3:DeleteObjectVersion", OBJECT.format(f"inputs/{TENANT}/j/000000"))],
        "retire a model": _publish("UpdateItem"),
        "create records": [Ask.of("dynamodb:PutItem", TABLE, dynamodb__LeadingKeys=f"T#{TENANT}")],
        "look through records": [Ask.of("dynamodb:Query", TABLE, dynamodb__LeadingKeys=f"T#{TENANT}")],
        "read another queue": [Ask("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:123456789012:another")],
        "use the key for itself": [Ask("kms:Decrypt", KEY)],
    },
    "SettleFunction": {
        "read anything": [ask for prefix in ("inputs", "results", "keys", "models") for ask in _read(f"{prefix}/x")],
        "write anything": [ask for prefix in ("inputs", "results", "keys", "models") for ask in _write(f"{prefix}/x")],
        "delete a model": [Ask("s3:DeleteObjectVersion", OBJECT.format("models/m/1/manifest.json"))],
        "hide what it does not purge": [Ask("s3:DeleteObject", OBJECT.format(f"inputs/{TENANT}/j/000000"))],
        "retire a model": _publish("UpdateItem"),
        "delete records": [Ask.of("dynamodb:DeleteItem", TABLE, dynamodb__LeadingKeys=f"T#{TENANT}")],
        "use the key for itself": [Ask("kms:Decrypt", KEY)],
    },
}


@pytest.mark.parametrize(
    ("function", "what"), [(function, what) for function, forbidden in NEVER.items() for what in forbidden]
)
def test_a_role_never(deployment, roles, function, what):
    gate = Gate({}, deployment.names, deployment.key_policy())
    for ask in NEVER[function][what]:
        assert not gate.allows(roles[function], ask), ask


def test_the_names_tried_are_the_deployments(deployment):
    names = deployment.names
    assert (names.bucket, names.table, names.key) == (OBJECT[:-3], TABLE, KEY)


def test_there_is_no_role_but_the_functions(deployment):
    roles = {logical for logical, _ in deployment.of_type("AWS::IAM::Role")}
    functions = dict(deployment.of_type("AWS::Lambda::Function"))
    assert roles == {deployment.role_of(function) for function in functions}
    assert len(roles) == len(functions)
    assert set(NEVER) == set(functions)


def test_no_role_is_assumed_by_anyone_but_lambda(deployment):
    for logical, role in deployment.of_type("AWS::IAM::Role"):
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}, logical
        assert "ManagedPolicyArns" not in role
