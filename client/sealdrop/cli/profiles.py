"""Profiles: where a deployment is and who you are there, in one private file.

    [local]
    url = http://127.0.0.1:8787
    token = ...

A model owner's profile also says which bucket and table to publish to. `region` instead of a token means requests are
signed with AWS credentials (SigV4).
"""

import configparser
import io
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sealdrop.client import Client
from sealdrop.errors import Misconfigured
from sealdrop.folders import config_folder, reading, write_private
from sealdrop.preprocessing.ranges import RangePolicy
from sealdrop.transport.credentials import Credentials, SigV4

START_ONE = "Start a deployment on this machine with `sealdrop local`, or pass --url and SEALDROP_TOKEN."


class Profile(BaseModel):
    """One section of the file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    token: str | None = Field(default=None, repr=False)
    region: str | None = None
    bucket: str | None = None
    table: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = Field(default=None, repr=False)

    def credentials(self) -> Credentials:
        """Return the token, or SigV4 when there is none. Raises Misconfigured when there is neither."""
        if self.token:
            return self.token
        if self.region:
            return SigV4(self.region)
        raise Misconfigured("there is no token", code="no_credentials", remedy="Set SEALDROP_TOKEN, or use a profile.")

    def client(self, on_out_of_range: RangePolicy = "refuse") -> Client:
        """Return a client of the deployment."""
        return Client(self.url, self.credentials(), on_out_of_range=on_out_of_range)


def path() -> Path:
    """Return where profiles are kept."""
    return config_folder() / "profiles.ini"


def save(name: str, profile: Profile) -> None:
    """Write a profile, replacing the one of that name."""
    file = _read()
    file[name] = profile.model_dump(exclude_none=True)
    _write(file)


def drop(name: str) -> None:
    """Remove a profile, if it is there."""
    file = _read()
    if file.remove_section(name):
        _write(file)


def choose(name: str | None = None, url: str | None = None, token: str | None = None) -> Profile:
    """Return the named profile, or 'default' or 'local'; or, with a `url` and no name, the deployment there.

    A `token` replaces the profile's own. No token of a profile is ever sent to another address than the profile's.
    Raises Misconfigured.
    """
    if url and not name:
        return Profile(url=url, token=token)
    chosen = _named(name)
    if url and url.rstrip("/") != chosen.url.rstrip("/"):
        raise Misconfigured(
            f"profile '{name}' is of another address than --url",
            code="two_deployments",
            remedy="Give --profile, or --url and SEALDROP_TOKEN; they may stand in SEALDROP_PROFILE and SEALDROP_URL.",
        )
    return chosen.model_copy(update={"token": token}) if token else chosen


def _named(name: str | None) -> Profile:
    file = _read()
    chosen = name or next((known for known in ("default", "local") if known in file), None)
    if chosen is None:
        raise Misconfigured("no deployment was chosen", code="no_profile", remedy=START_ONE)
    if chosen not in file:
        known = ", ".join(file.sections()) or "none"
        raise Misconfigured(f"there is no profile '{chosen}'; known: {known}", code="no_profile", remedy=START_ONE)
    try:
        return Profile.model_validate(dict(file[chosen]))
    except ValidationError:
        raise Misconfigured(f"profile '{chosen}' has no url", code="bad_profile", remedy=f"Edit {path()}.") from None


def owners_place(profile: Profile, bucket: str | None = None, table: str | None = None) -> tuple[str, str]:
    """Return the bucket and the table to publish to: these, or else the profile's.

    Raises Misconfigured if neither names them.
    """
    bucket, table = bucket or profile.bucket, table or profile.table
    if bucket and table:
        return bucket, table
    raise Misconfigured(
        "the profile does not say where to publish to",
        code="no_store",
        remedy="Pass --bucket and --table; the stack's outputs name them.",
    )


def _read() -> configparser.ConfigParser:
    file = configparser.ConfigParser(interpolation=None, default_section="*")
    try:
        with reading(path()), suppress(FileNotFoundError):
            file.read_string(path().read_text(encoding="utf-8"))
    except (configparser.Error, UnicodeDecodeError):
        raise Misconfigured(
            f"{path()} is no profile file", code="bad_profile", remedy="Correct or delete it."
        ) from None
    return file


def _write(file: configparser.ConfigParser) -> None:
    text = io.StringIO()
    file.write(text)
    write_private(path(), text.getvalue().encode())
