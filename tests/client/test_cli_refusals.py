"""What the command line refuses, and that the hint fits."""

import json
import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from sealdrop.cli.rows import read_rows


class Empty(BaseHTTPRequestHandler):
    """A deployment without models."""

    def do_GET(self):
        content = json.dumps({"models": []}).encode()
        self.send_response(200)
        for name, value in (("content-type", "application/json"), ("content-length", len(content))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(handler):
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def refused(run, cancer, service, tmp_path):
    """Predict the rows of a file that is no good, and return what is said."""

    def predict(content):
        path = tmp_path / "bad.csv"
        path.write_bytes(content)
        done = run("predict", path, "--model", "breast-cancer")
        assert done.exit_code == 1
        assert not service.jobs
        return done.stderr

    return predict


@pytest.fixture
def text(cancer):
    return cancer.X[:2].to_csv(index=False)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-le"])
def test_text_of_another_encoding_is_to_be_saved_as_utf_8(refused, text, encoding):
    assert "hint: Save the file as UTF-8." in refused(text.encode(encoding))


def test_latin_1_is_to_be_saved_as_utf_8(refused, text):
    assert "hint: Save the file as UTF-8." in refused(text.replace("mean radius", "mean rädius").encode("latin-1"))


@pytest.mark.parametrize(("separator", "name"), [(";", "';'"), ("\t", "tabs"), ("|", "'|'")])
def test_another_separator_is_named(refused, text, separator, name):
    told = refused(text.replace(",", separator).encode())
    assert f"the file seems to be separated by {name} [wrong_columns]\nhint: Name the separator with --sep" in told


@pytest.mark.parametrize("cells", ["1", "1,"])
def test_a_line_of_another_length_is_to_be_corrected(refused, text, cells):
    lines = text.splitlines()
    lines[2] = cells if cells == "1" else cells + lines[2]
    told = refused("\n".join(lines).encode())
    assert "error: line 3 has " in told
    assert "hint: Correct that line" in told


@pytest.mark.parametrize(
    ("cell", "what", "hint"),
    [
        ("abc", "is not a number [not_numeric]", "numbers like 1234.5"),
        ('"1,5"', "is not a number [not_numeric]", "numbers like 1234.5"),
        ("", "has no value [not_finite]", "Fill in"),
    ],
)
def test_a_cell_that_is_no_number_is_told_what_one_looks_like(refused, text, cell, what, hint):
    lines = text.splitlines()
    lines[2] = cell + lines[2][lines[2].index(",") :]
    told = refused("\n".join(lines).encode())
    assert f"line 3, column 'mean radius' {what}\nhint: " in told
    assert hint in told.partition("hint: ")[2]


def test_a_row_is_named_by_its_line(refused, text):
    header, first, second = text.splitlines()
    far = "1e6" + second[second.index(",") :]
    told = refused("\n".join([header, first, "", far]).encode())  # an empty line is none of the rows
    assert "error: line 4 is too far from the model's ranges: its column 'mean radius'" in told
    assert "error: line 3, column 'mean radius' has no value" in refused(
        f"{header}\n{first}\n{far.replace('1e6', 'nan')}".encode()
    )


def test_a_column_may_have_any_name(tmp_path, service):
    path = tmp_path / "rows.csv"
    path.write_text("a;b\n1\n")
    features = service.models["ridge@1"][0].features[:1]
    manifest = service.models["ridge@1"][0].model_copy(
        update={"features": (features[0].model_copy(update={"name": "a;b"}),)}
    )
    assert read_rows(path, manifest).frame.to_numpy().tolist() == [[1.0]]


@pytest.mark.parametrize("unused", [["-o", "OUT"], ["--id", "patient"], ["--proba"]], ids=lambda given: given[0])
def test_what_no_wait_cannot_give_is_wrong_usage(run, rows_csv, service, tmp_path, unused):
    given = [tmp_path / "out.csv" if word == "OUT" else word for word in unused]
    done = run("predict", rows_csv, "--model", "breast-cancer", "--no-wait", *given)
    assert done.exit_code == 2
    assert unused[0] in done.stderr
    assert "`sealdrop collect JOB` takes -o and --proba" in " ".join(done.stderr.split())
    assert not service.jobs


def test_a_file_that_is_not_there_is_wrong_usage(run, tmp_path):
    for name in ("missing.csv", "x" * 300):
        done = run("predict", tmp_path / name, "--model", "breast-cancer")
        assert (done.exit_code, "there is no file" in done.stderr) == (2, True)


@pytest.mark.parametrize(("change", "what"), [(-1, "incomplete"), (1, "too long")])
def test_a_sealed_file_that_is_not_whole_fails(run, rows_csv, service, tmp_path, change, what):
    run("predict", rows_csv, "--model", "breast-cancer")
    card, file = tmp_path / "card.json", tmp_path / "sealed"
    card.write_text(run("describe", "breast-cancer", "--json").stdout)
    content = next(value for name, value in service.objects.items() if name.startswith("inputs"))
    file.write_bytes((content + b"\0")[: len(content) + change])
    done = run("inspect", file, "--manifest", card)
    wanted = len(content.partition(b"\n\n")[2])
    assert done.exit_code == 1
    assert f"{what}: {wanted + change:,} of {wanted:,} bytes [wrong_length]\nhint: Fetch or copy" in done.stderr
    assert "bytes per row" not in done.stdout
    report = json.loads(run("inspect", file, "--json").stdout)
    assert (report["complete"], "bytes_per_row" in report) == (False, False)
    file.write_bytes(content)
    assert json.loads(run("inspect", file, "--json").stdout)["bytes_per_row"] > 0


def test_a_file_of_another_kind_is_no_sealed_file(run, tmp_path):
    path = tmp_path / "nb.joblib"
    path.write_bytes(b"\x80\x04\x95")
    done = run("inspect", path)
    assert (done.exit_code, "hint: Give a sealed file" in done.stderr) == (1, True)


def test_an_unknown_chapter_is_wrong_usage(run):
    done = run("conformance", "--chapter", "nope", "--chapter", "keys")
    assert done.exit_code == 2
    assert "there is no chapter 'nope'; there are discovery, keys," in " ".join(done.stderr.split())


def test_conformance_wants_the_model_it_is_given(run):
    with served(Empty) as url:
        done = run("conformance", url, "--token", "t", "--model", "nope")
    assert done.exit_code == 1
    assert "the deployment offers no model 'nope' [model_not_found]\nhint: " in done.stderr
    assert done.stdout == ""


def test_conformance_that_checks_nothing_fails(run):
    with served(Empty) as url:
        done = run("conformance", url, "--token", "t", "--chapter", "predictions")
        reported = run("conformance", url, "--token", "t", "--chapter", "predictions", "--json")
    assert done.exit_code == reported.exit_code == 1
    assert "error: nothing was checked: no model is published here [nothing_checked]\nhint: " in done.stderr
    assert set(json.loads(reported.stdout)["counts"]) == {"skipped"}


def test_a_port_in_use_is_told_once(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("local", "--port", port)
    assert done.exit_code == 1
    assert (
        f"cannot listen on port {port}: Address already in use [address_unavailable]\nhint: Pass --port" in done.stderr
    )


def test_a_deleted_job_is_named(run, rows_csv):
    job = run("predict", rows_csv, "--model", "breast-cancer", "--no-wait").stdout.strip()
    assert run("jobs", "--delete", job).stdout == f"deleted  {job}\n"
