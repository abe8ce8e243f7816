"""Keyrings are private, kept, and never overwritten."""

import errno
import stat
import subprocess
import sys

import pytest

from sealdrop.errors import Misconfigured
from sealdrop.keystore import Keystore
from sealdrop_core.errors import InvalidRequest


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


@pytest.fixture
def kept(tmp_path, plan):
    """A deployment's keys, and the file its keyring is in."""
    store = Keystore(tmp_path, "https://a.example.com")
    store.keyring(plan)
    (path,) = store.folder.glob("*.keyring")
    return path


def _flipped(content, place):
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: b"hello",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: _flipped(content, 0),
        lambda content: _flipped(content, len(content) // 2),
        lambda content: (
            b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }".ljust(118)
        ),
    ],
)
def test_a_damaged_keyring_is_told_and_kept(tmp_path, plan, kept, spoil):
    content = spoil(kept.read_bytes())
    kept.write_bytes(content)
    with pytest.raises(InvalidRequest) as refusal:
        Keystore(tmp_path, "https://a.example.com").keyring(plan)
    assert refusal.value.code == "malformed_keyring"
    assert kept.read_bytes() == content


def test_a_keyring_that_others_can_read_is_not_used(tmp_path, plan, kept):
    kept.chmod(0o640)
    with pytest.raises(InvalidRequest) as refusal:
        Keystore(tmp_path, "https://a.example.com").keyring(plan)
    assert refusal.value.code == "exposed_keyring"


@pytest.mark.parametrize("moment", ["os.fsync", "os.link", "pathlib.Path.replace", "pathlib.Path.mkdir"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, plan, monkeypatch, moment):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    store = Keystore(tmp_path / "home", "https://a.example.com")
    with monkeypatch.context() as patch:
        patch.setattr(moment, full)
        with pytest.raises(Misconfigured, match="No space left") as refusal:
            store.keyring(plan)
    assert refusal.value.code == "not_kept"
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert store.keyring(plan).key_id(plan)
