"""A home, or a file, that cannot be read or written is refused in words, before there is a job, and never crashes."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sealdrop import Misconfigured
from sealdrop.cli import profiles
from sealdrop.folders import data_folder

JOB = "j" + "0" * 25
PREDICT = ("predict", "ROWS", "-m", "breast-cancer")


def be_a_folder(path):
    path.unlink(missing_ok=True)
    path.mkdir(mode=0o700, parents=True)


def be_a_file(path):
    shutil.rmtree(path, ignore_errors=True)
    path.write_bytes(b"")


def loop(path):
    path.unlink(missing_ok=True)
    path.symlink_to(path)


@pytest.fixture
def home(run, rows_csv, tmp_path):
    """A home with a keyring, a receipt and a profile."""
    assert run("predict", rows_csv, "-m", "breast-cancer", "--no-wait").exit_code == 0
    return tmp_path / "home"


@pytest.fixture
def told(run, rows_csv):
    """Run a command that is refused; return what is said."""

    def tell(*arguments):
        done = run(*(rows_csv if word == "ROWS" else word for word in arguments))
        assert (done.exit_code, type(done.exception)) == (1, SystemExit)
        assert "hint: " in done.stderr
        assert "internal_error" not in done.stderr
        return done.stderr

    return tell


@pytest.mark.parametrize(
    ("pattern", "spoil", "command", "code"),
    [
        ("*/jobs", be_a_file, PREDICT, "not_kept"),
        ("*/*.keyring", be_a_folder, PREDICT, "not_read"),
        ("*/*.keyring", loop, PREDICT, "not_read"),
        ("*/jobs/*.receipt", be_a_folder, ("collect", JOB), "not_read"),
        ("*/jobs/*.receipt", loop, ("collect", JOB), "not_read"),
        ("*/*.keyring", be_a_folder, ("collect", JOB), "not_read"),
        ("profiles.ini", be_a_folder, ("models",), "not_read"),
        ("profiles.ini", loop, ("models",), "not_read"),
        ("profiles.ini", lambda path: path.write_bytes(b"[local]\nurl = \xff\n"), ("models",), "bad_profile"),
        ("profiles.ini", lambda path: path.write_bytes(b"\0"), ("models",), "bad_profile"),
        ("*/*.keyring", loop, ("keys",), "system_error"),
    ],
)
def test_what_is_spoiled_at_home_is_named(home, told, service, pattern, spoil, command, code):
    (path,) = home.glob(pattern)
    spoil(path)
    before = len(service.jobs)
    assert f"[{code}]" in told(*command)
    assert len(service.jobs) == before


def test_a_home_that_is_a_file_is_refused_before_a_job(client, service, cancer, tmp_path, monkeypatch):
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(Misconfigured, match="cannot write") as refusal:
        client.model("breast-cancer").predict(cancer.X)
    assert refusal.value.code == "not_kept"
    assert not service.jobs


@pytest.mark.parametrize("moment", ["tempfile.mkstemp", "tempfile.TemporaryFile"])
def test_a_disk_that_became_read_only_is_told_as_that(home, told, service, monkeypatch, moment):
    """Also by what cleans up behind the error: a removal fails there like any writing."""

    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    service.jobs.clear()
    service.log.clear()
    monkeypatch.setattr(moment, refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert "Read-only file system [not_kept]" in told(*PREDICT)
    assert not service.jobs
    assert any(line.startswith("POST") for line in service.log) == (moment == "tempfile.mkstemp")


def test_a_keyring_that_cannot_be_written_is_told_before_a_job(told, service, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("sealdrop.receipts.Receipts.prepare", lambda *_: None)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    assert "Read-only file system [not_kept]" in told(*PREDICT)
    assert not service.jobs


def test_a_receipt_that_cannot_be_removed_hides_nothing(home, run, service, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert run("jobs", "--delete", JOB).exit_code == 0
    assert not service.jobs


def test_a_home_of_nobody_is_refused(monkeypatch):
    monkeypatch.setenv("SEALDROP_HOME", "~nobody-of-that-name/sealdrop")
    with pytest.raises(Misconfigured) as refusal:
        data_folder()
    assert refusal.value.code == "bad_home"


def test_a_keyring_that_cannot_be_read_is_not_called_damaged(home, client, cancer, monkeypatch):
    """Whoever deletes it on that word loses what was sealed with it."""

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(Misconfigured, match="Permission denied") as refusal:
        client.model("breast-cancer").predict(cancer.X[:1])
    assert refusal.value.code == "not_read"


def run_apart(arguments, redirections=""):
    command = f"exec {sys.executable} -c 'from sealdrop.cli import main; main()' {arguments} {redirections}"
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60)


def test_a_closed_standard_input_is_wrong_usage():
    done = run_apart("predict - -m m", "<&-")
    assert (done.returncode, "standard input is closed" in done.stderr) == (2, True)


def test_a_closed_standard_error_changes_nothing():
    done = run_apart("keys --json", "2>&-")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "FOLDER", "-m", "breast-cancer"),
        ("predict", "ROWS", "-m", "breast-cancer", "-o", "FOLDER"),
        ("inspect", "FOLDER"),
        ("collect", JOB, "-o", "FOLDER"),
        ("publish", "FOLDER", "-n", "m", "-c", "ROWS"),
    ],
    ids=" ".join,
)
def test_a_folder_where_a_file_is_wanted_is_wrong_usage(run, rows_csv, tmp_path, arguments):
    names = {"FOLDER": tmp_path, "ROWS": rows_csv}
    done = run(*(names.get(word, word) for word in arguments))
    assert (done.exit_code, type(done.exception)) == (2, SystemExit)


@pytest.mark.parametrize("content", [b"", b"\0" * 9, b"\xff\xfe", b"\x1f\x8b\x08", b"{" * 5000], ids=repr)
@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "FILE", "-m", "breast-cancer"),
        ("inspect", "FILE"),
        ("inspect", "SEALED", "--manifest", "FILE"),
        ("publish", "FILE", "-n", "m", "-c", "ROWS", "--dry-run"),
        ("publish", "ROWS", "-n", "m", "-c", "FILE", "--dry-run"),
    ],
    ids=" ".join,
)
@pytest.mark.filterwarnings("ignore:.*runs the code")
def test_a_file_of_another_kind_is_refused_in_words(run, home, rows_csv, service, tmp_path, arguments, content):
    file, sealed = tmp_path / "file", tmp_path / "sealed"
    file.write_bytes(content)
    sealed.write_bytes(next(value for name, value in service.objects.items() if name.startswith("inputs")))
    names = {"FILE": file, "SEALED": sealed, "ROWS": rows_csv}
    done = run(*(names.get(word, word) for word in arguments))
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert "internal_error" not in done.stderr
    assert "hint: " in done.stderr


def test_an_error_that_nobody_foresaw_is_told_without_its_text(run, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("planted value")

    monkeypatch.setattr(profiles, "choose", fail)
    for options in ((), ("--json",)):
        done = run("models", *options)
        assert (done.exit_code, type(done.exception)) == (1, SystemExit)
        assert "RuntimeError in test_disk.py, line" in done.stderr
        assert "internal_error" in done.stderr
        assert "planted" not in done.stderr
