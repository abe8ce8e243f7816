"""Keyrings are private, kept, and never overwritten."""

import stat
import subprocess
import sys

import pytest

from sealdrop.keystore import Keystore


@pytest.fixture
def plan(published):
    return published["breast-cancer@1"][0].plans[0]


def test_only_the_owner_may_read_a_keyring(tmp_path, plan):
    store = Keystore(tmp_path / "a" / "b", "https://api.example.com")
    store.keyring(plan)
    (path,) = store.folder.glob("*.keyring")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, *path.parent.parents):
        if folder == tmp_path:
            break
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(store.folder.iterdir()) == [path]


def test_keyrings_are_kept_across_processes_and_apart_by_deployment(tmp_path, plan):
    first = Keystore(tmp_path, "https://a.example.com").keyring(plan).key_id(plan)
    assert Keystore(tmp_path, "https://a.example.com").keyring(plan).key_id(plan) == first
    assert Keystore(tmp_path, "https://b.example.com").keyring(plan).key_id(plan) != first


def test_the_keyring_of_the_faster_process_is_kept(tmp_path, plan, monkeypatch):
    """Another process makes the keyring between our look and our writing."""
    from sealdrop.keyring import Keyring

    ours, theirs = Keystore(tmp_path, "https://a.example.com"), Keystore(tmp_path, "https://a.example.com")
    generate = Keyring.generate

    def slow(plan):
        monkeypatch.setattr(Keyring, "generate", generate)
        theirs.keyring(plan)
        return generate(plan)

    monkeypatch.setattr(Keyring, "generate", slow)
    assert ours.keyring(plan).key_id(plan) == theirs.keyring(plan).key_id(plan)


def test_enrollment_is_remembered_for_one_key(tmp_path, plan):
    store = Keystore(tmp_path, "https://a.example.com")
    store.remember(plan, "k" * 64)
    assert store.is_enrolled(plan, "k" * 64)
    assert not store.is_enrolled(plan, "l" * 64)
    store.forget(plan)
    assert not store.is_enrolled(plan, "k" * 64)


def test_importing_the_package_is_quick():
    """`import sealdrop` loads no third-party package: the first use of a name does."""
    heavy = "numpy", "httpx", "pydantic", "tenseal", "pandas", "sklearn", "botocore", "boto3", "rich", "typer"
    code = f"import sys, sealdrop; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sdk_never_imports_what_only_callers_have():
    code = (
        "import sys, sealdrop; [getattr(sealdrop, name) for name in sealdrop.__all__];"
        "print([name for name in ('pandas', 'sklearn', 'botocore', 'boto3', 'typer') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
