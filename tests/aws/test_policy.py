"""The tests' own IAM decision, on textbook cases: a judge that says yes to everything would prove nothing."""

import pytest

from tests.aws.policy import Ask, Grant, grants, is_allowed

READ = Grant("Allow", "s3:GetObject", "arn:aws:s3:::b/inputs/*")


@pytest.mark.parametrize(
    ("held", "ask", "allowed"),
    [
        ([], Ask("s3:GetObject", "arn:aws:s3:::b/inputs/x"), False),
        ([READ], Ask("s3:GetObject", "arn:aws:s3:::b/inputs/x"), True),
        ([READ], Ask("s3:getobject", "arn:aws:s3:::b/inputs/x"), True),
        ([READ], Ask("s3:GetObjectVersion", "arn:aws:s3:::b/inputs/x"), False),
        ([READ], Ask("s3:GetObject", "arn:aws:s3:::b/results/x"), False),
        ([READ], Ask("s3:GetObject", "arn:aws:s3:::c/inputs/x"), False),
        ([READ, Grant("Deny", "s3:*", "*")], Ask("s3:GetObject", "arn:aws:s3:::b/inputs/x"), False),
        ([Grant("Allow", "s3:Get*", "*")], Ask("s3:GetObjectVersion", "anything"), True),
    ],
)
def test_action_and_resource(held, ask, allowed):
    assert is_allowed(held, ask) is allowed


@pytest.mark.parametrize(
    ("conditions", "context", "holds"),
    [
        ({"StringLike": {"s3:prefix": "inputs/*"}}, {"s3__prefix": "inputs/t"}, True),
        ({"StringLike": {"s3:prefix": "inputs/*"}}, {"s3__prefix": "results/t"}, False),
        ({"StringLike": {"s3:prefix": "inputs/*"}}, {}, False),
        ({"StringEqualsIfExists": {"s3:prefix": "a"}}, {}, True),
        (
            {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#*"]}},
            {"dynamodb__LeadingKeys": ["T#1", "M"]},
            False,
        ),
        (
            {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#*", "M"]}},
            {"dynamodb__LeadingKeys": ["T#1", "M"]},
            True,
        ),
        ({"ForAnyValue:StringEquals": {"k:k": "a"}}, {"k__k": ["b", "a"]}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws__SecureTransport": "true"}, False),
        ({"Bool": {"aws:SecureTransport": False}}, {"aws__SecureTransport": "false"}, True),
        ({"Null": {"s3:if-none-match": "true"}}, {}, True),
        ({"Null": {"s3:if-none-match": "true"}}, {"s3__if-none-match": "*"}, False),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, {"s3__TlsVersion": "1.1"}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b*"}}, {"aws__SourceArn": "arn:aws:s3:::bucket"}, True),
    ],
)
def test_conditions(conditions, context, holds):
    assert Grant("Allow", "a:b", "*", conditions).concerns(Ask.of("a:b", "r", **context)) is holds


def test_an_unknown_operator_is_an_error():
    with pytest.raises(KeyError):
        Grant("Allow", "a:b", "*", {"IpAddress": {"aws:SourceIp": "::1"}}).concerns(
            Ask.of("a:b", "r", aws__SourceIp="::1")
        )


def test_a_document_comes_apart_into_single_grants():
    document = {"Statement": {"Effect": "Allow", "Action": ["a:b", "a:c"], "Resource": ["x", "y"]}}
    assert [str(grant) for grant in grants(document)] == [
        "Allow a:b on x",
        "Allow a:b on y",
        "Allow a:c on x",
        "Allow a:c on y",
    ]
