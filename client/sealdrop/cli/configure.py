"""`sealdrop configure`: a profile from what a deployed stack says of itself."""

from typing import Annotated, Any

import typer

from sealdrop.cli import console, profiles
from sealdrop.cli.extras import aws_errors, needs
from sealdrop.cli.options import Json, Token
from sealdrop.cli.profiles import Profile
from sealdrop.errors import Misconfigured

OUTPUTS = ("ApiUrl", "Authorizer", "BucketName", "Region", "TableName")


def configure(
    stack: Annotated[str, typer.Option(help="The CloudFormation stack's name.")] = "sealdrop",
    region: Annotated[str | None, typer.Option(help="Its region; the AWS profile's if not given.")] = None,
    aws_profile: Annotated[str | None, typer.Option(help="The AWS profile to ask with.")] = None,
    profile: Annotated[str, typer.Option("--profile", help="The profile to write.")] = "default",
    token: Token = None,
    as_json: Json = False,
) -> None:
    """Write a profile for a deployed stack, read from its outputs.

    A stack that authorizes with JWT needs --token too; one that authorizes with IAM signs with AWS credentials.
    """
    with needs("publish"), aws_errors():
        outputs = _outputs(stack, region, aws_profile)
    made = _profile(outputs, stack, token)
    profiles.save(profile, made)
    if as_json:
        console.print_json({"profile": profile, "url": made.url, "bucket": made.bucket, "table": made.table})
        return
    console.print_card({"API": made.url, "bucket": made.bucket, "profile": f"{profile} in {profiles.path()}"})


def _outputs(stack: str, region: str | None, aws_profile: str | None) -> dict[str, str]:
    import boto3

    session = boto3.Session(profile_name=aws_profile, region_name=region)
    client: Any = session.client("cloudformation")
    (described,) = client.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def _profile(outputs: dict[str, str], stack: str, token: str | None) -> Profile:
    """Return the profile that the outputs describe. Raises Misconfigured (`not_sealdrop`, `no_credentials`)."""
    if missing := set(OUTPUTS) - outputs.keys():
        raise Misconfigured(
            f"stack '{stack}' has no output {min(missing)}",
            code="not_sealdrop",
            remedy="Name the stack that `sam deploy` made from this template, and its region.",
        )
    if outputs["Authorizer"] == "JWT" and not token:
        raise Misconfigured(
            "this stack authorizes with JWT", code="no_credentials", remedy="Pass --token, or set SEALDROP_TOKEN."
        )
    return Profile(
        url=outputs["ApiUrl"],
        token=token if outputs["Authorizer"] == "JWT" else None,
        region=outputs["Region"],
        bucket=outputs["BucketName"],
        table=outputs["TableName"],
    )
