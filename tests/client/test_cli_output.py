"""Where results go: files, links, pipes, and places that take nothing."""

import os
import resource
import stat
import subprocess
import sys

import pytest
from rich.text import Text
from typer.testing import CliRunner

from sealdrop.cli import console
from sealdrop.cli.app import _refusals_told, app
from sealdrop.cli.destination import Destination
from sealdrop.cli.streams import Stream
from sealdrop.errors import ClientError

PREDICT = ("--model", "breast-cancer", "-o")
HEADER = "prediction\n"
MAIN = "from sealdrop.cli import main; main()"


def limited(size):
    """Let this process write no file longer than that."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def fill(place, text):
    with place.filling() as file:
        file.write(text)


def test_a_link_still_leads_to_the_file(run, rows_csv, tmp_path):
    target, link = tmp_path / "kept.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    for _ in range(2):  # first there is no file, then there is
        assert run("predict", rows_csv, *PREDICT, link).exit_code == 0
        assert link.is_symlink()
        assert target.read_text().startswith(HEADER)


def test_a_file_that_is_replaced_keeps_its_mode(run, rows_csv, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("before")
    out.chmod(0o640)
    assert run("predict", rows_csv, *PREDICT, out).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert out.read_text().startswith(HEADER)


def test_a_pipe_is_written_into(run, rows_csv, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        done = run("predict", rows_csv, *PREDICT, pipe)
        assert done.exit_code == 0, done.stderr
        assert os.read(reader, 1 << 16).decode().startswith(HEADER)
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "rows.csv", "home"}


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + "/out.csv", "loop"])
def test_a_place_that_cannot_be_written_is_refused_before_a_job(run, rows_csv, service, tmp_path, name):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    done = run("predict", rows_csv, *PREDICT, tmp_path / name)
    if "/" in name:
        assert (done.exit_code, "there is no folder" in done.stderr) == (2, True)
    else:
        assert (done.exit_code, "[not_written]\nhint: " in done.stderr) == (1, True)
        assert f"{tmp_path / name} cannot be written: " in done.stderr
    assert not service.jobs
    assert not list(tmp_path.glob(".sealdrop-*"))


def test_a_name_may_be_as_long_as_names_are(run, rows_csv, tmp_path):
    out = tmp_path / ("x" * 250 + ".csv")
    done = run("predict", rows_csv, *PREDICT, out)
    assert done.exit_code == 0, done.stderr
    assert out.read_text().startswith(HEADER)


def test_a_disk_that_is_full_is_told_and_what_was_there_is_kept(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    with Destination(out) as place:
        limited(1000)
        try:
            with pytest.raises(ClientError, match=r"out\.csv cannot be written: ") as refused:
                fill(place, "x" * 10_000)
        finally:
            limited(before)
    assert refused.value.code == "not_written"
    assert out.read_text() == "before"
    assert list(tmp_path.glob("*.csv")) == [out]
    assert not list(tmp_path.glob(".sealdrop-*"))


@pytest.mark.parametrize("arguments", [["keys", "--json"], ["--version"]], ids=" ".join)
def test_standard_output_that_takes_nothing_is_told(tmp_path, arguments):
    script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); {MAIN}"
    with (tmp_path / "full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 1
    assert done.stderr.startswith(("error: standard output cannot be written: ", '{"type"'))
    assert "not_written" in done.stderr
    assert len(done.stderr.splitlines()) < 3


@pytest.mark.parametrize("arguments", [["keys", "--json"], ["--version"]], ids=" ".join)
def test_a_reader_that_has_left_is_no_error(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", MAIN, *arguments]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_dash_is_standard_input_and_output(run, rows_csv, cancer):
    piped = CliRunner().invoke(app, ["predict", "-", *PREDICT, "-", "--id", "patient"], input=rows_csv.read_bytes())
    assert piped.exit_code == 0, piped.stderr
    assert piped.stdout == run("predict", rows_csv, "--model", "breast-cancer", "--id", "patient").stdout
    assert len(piped.stdout.splitlines()) == len(cancer.X) + 1


def test_nothing_on_standard_input_is_refused(run):
    done = run("predict", "-", "--model", "breast-cancer")
    assert (done.exit_code, "[no_header]" in done.stderr) == (1, True)


def test_the_result_of_a_job_is_collected_to_standard_output(run, rows_csv):
    job = run("predict", rows_csv, "--model", "breast-cancer", "--no-wait").stdout.strip()
    assert run("collect", job, "-o", "-").stdout.startswith(HEADER)


def test_no_value_of_a_table_is_cut(monkeypatch, capsys):
    monkeypatch.setattr(console, "out", Stream(soft_wrap=True, force_terminal=True, width=40, color_system=None))
    console.print_table(("name", "rows", "note"), [("x" * 60, 2000, "a :smile: b"), ("y", 10, "")])
    header, first, second = capsys.readouterr().out.splitlines()
    assert Text.from_ansi(header).plain.split() == ["name", "rows", "note"]
    assert first == f"{'x' * 60}  2000  a :smile: b"
    assert second == f"y{' ' * 63}10"
    console.print_card({"digest": "d" * 64, "n": 1})
    assert capsys.readouterr().out.splitlines() == [f"digest  {'d' * 64}", "n       1"]


def test_sizes_have_one_style():
    assert [console.size(count) for count in (0, 999, 6916, 13_632, 2_000_000)] == [
        "0 B",
        "999 B",
        "6.9 kB",
        "13.6 kB",
        "2.0 MB",
    ]


def test_an_interruption_says_what_becomes_of_the_job(capsys):
    interruption = KeyboardInterrupt()
    interruption.add_note("job j: it goes on")
    with pytest.raises(KeyboardInterrupt), _refusals_told():
        raise interruption
    assert "job j: it goes on" in capsys.readouterr().err
