"""`sealdrop local`: a deployment on this machine, until Ctrl-C."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from threading import Event
from typing import Annotated, Any, Literal

import typer

from sealdrop.cli import console, profiles
from sealdrop.cli.extras import needs
from sealdrop.cli.options import Json
from sealdrop.cli.profiles import Profile
from sealdrop.errors import Misconfigured
from sealdrop_core.errors import SealdropError

LIFETIME = 30 * 86400  # seconds a local token is good for; the deployment ends sooner


def local(
    port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="The API's port; 0 takes a free one.")
    ] = 8787,
    runtime: Annotated[
        Literal["in-process", "rie"], typer.Option(help="How functions run; rie is Lambda's own runtime.")
    ] = "in-process",
    subject: Annotated[str, typer.Option(metavar="NAME", help="Whose token the profile holds.")] = "you",
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="The profile to write.")] = "local",
    as_json: Json = False,
) -> None:
    """Run a deployment on this machine until Ctrl-C: S3, SQS, DynamoDB, the HTTP API and the functions.

    Writes a profile that the other commands use by themselves. Everything is forgotten when it ends.
    """
    with needs("local"):
        from sealdrop.local import Stack
    with ExitStack() as exits:
        with _listening(port), redirect_stdout(sys.stderr):  # where the functions' logs go from now on
            stack = exits.enter_context(Stack(runtime=runtime, port=port))
        profiles.save(profile, _profile(stack, subject))
        try:
            _announce(stack, profile, as_json)
            _until_interrupted()
            console.note("stopping")
        finally:
            profiles.drop(profile)


@contextmanager
def _listening(port: int) -> Iterator[None]:
    """Say what to do about a port that cannot be had: mostly, it is the last deployment that still runs."""
    try:
        yield
    except SealdropError as error:
        if error.code != "address_unavailable":
            raise
        cause = error.__cause__
        reason = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else "it is not available"
        raise Misconfigured(
            f"cannot listen on port {port}: {reason}",
            code=error.code,
            remedy="Pass --port, or use the one that runs.",
        ) from None


def _profile(stack: Any, subject: str) -> Profile:
    names, access = stack.outputs, stack.account
    return Profile(
        url=stack.url,
        token=stack.token(subject, lifetime=LIFETIME),
        region=access.region,
        bucket=names["BucketName"],
        table=names["TableName"],
        endpoint_url=stack.aws_url,
        access_key_id=access.access_key,
        secret_access_key=access.secret_key,
    )


def _announce(stack: Any, profile: str, as_json: bool) -> None:
    if as_json:
        console.print_json({"url": stack.url, "aws_url": stack.aws_url, "profile": profile})
        return
    option = "" if profile == "local" else f" --profile {profile}"
    console.print_card({"API": stack.url, "AWS": stack.aws_url, "profile": f"{profile} in {profiles.path()}"})
    console.out.print()
    console.out.print("In another terminal:")
    console.out.print(f"  sealdrop publish model.joblib --calibrate rows.csv --name my-model{option}")
    console.out.print(f"  sealdrop predict rows.csv --model my-model -o predictions.csv{option}")
    console.note("Ctrl-C ends it")


def _until_interrupted() -> None:
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with suppress(KeyboardInterrupt):
        ended.wait()
