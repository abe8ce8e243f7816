"""Which deployment a command asks, and what an option changes about it."""

import pytest

from sealdrop.cli import profiles
from sealdrop.cli.profiles import Profile
from sealdrop.cli.store import open_store
from sealdrop.errors import Misconfigured

HERE = Profile(
    url="https://here.test", token="own", bucket="bucket", table="table", region="eu-west-1", endpoint_url="http://aws"
)


@pytest.fixture(autouse=True)
def profile(tmp_path, monkeypatch):
    monkeypatch.setenv("SEALDROP_HOME", str(tmp_path))
    profiles.save("local", HERE)


def test_a_token_replaces_the_profiles_own():
    chosen = profiles.choose(token="other")
    assert (chosen.url, chosen.token) == (HERE.url, "other")
    assert profiles.choose().token == "own"


def test_a_profiles_token_goes_to_no_other_address():
    assert profiles.choose(url="https://there.test").token is None
    with pytest.raises(Misconfigured) as refusal:
        profiles.choose("local", url="https://there.test")
    assert refusal.value.code == "two_deployments"
    assert profiles.choose("local", url="https://here.test/").token == "own"


def test_a_table_or_a_bucket_alone_replaces_the_profiles_own():
    store = open_store(None, "other", None)
    assert (store.bucket, store.table) == ("bucket", "other")
    store = open_store("other", None, "local")
    assert (store.bucket, store.table) == ("other", "table")


def test_a_profile_keeps_its_endpoint_when_both_are_named():
    store = open_store("b", "t", "local")
    assert (store.bucket, store.table) == ("b", "t")
    assert store._s3.meta.endpoint_url == "http://aws"
