"""Where a model owner publishes to: the bucket and table of a deployment."""

from typing import Any

from sealdrop.cli import profiles
from sealdrop.cli.profiles import Profile


def open_store(bucket: str | None, table: str | None, profile: str | None) -> Any:
    """Return the store the options name; what they leave open is the profile's.

    Bucket and table without a profile are those of the AWS credentials around. Raises Misconfigured.
    """
    import boto3

    from sealdrop.publish import Store

    if bucket and table and not profile:
        return Store(bucket, table)
    chosen = profiles.choose(profile)
    place = profiles.owners_place(chosen, bucket, table)
    return Store(*place, s3=_client(boto3, "s3", chosen), dynamodb=_client(boto3, "dynamodb", chosen))


def _client(boto3: Any, service: str, profile: Profile) -> Any:
    return boto3.client(
        service,
        endpoint_url=profile.endpoint_url,
        region_name=profile.region,
        aws_access_key_id=profile.access_key_id,
        aws_secret_access_key=profile.secret_access_key,
    )
