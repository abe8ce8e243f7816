"""World: an embedded deployment, and a model owner and a data owner in it."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from sealdrop import Client
from sealdrop.cli.app import app
from sealdrop.local import Stack
from sealdrop.publish import Store

ROOT = Path(__file__).parents[2]


class Nowhere(io.TextIOBase):
    """Where the functions' logs go; their loggers keep it beyond the world's end."""

    def write(self, text: str) -> int:
        """Take the text and forget it."""
        return len(text)


NOWHERE = Nowhere()


class CommandFailed(Exception):
    """A command ended with a traceback, or a refusal without a code."""


@dataclass
class World:
    """The store to publish to, clients that refuse and that report rows, and a folder for files."""

    store: Store
    client: Client
    reporting: Client
    folder: Path
    url: str
    token: str

    def predict(self, path: Path, model: str) -> list[dict[str, str]] | str:
        """Return the lines that `sealdrop predict` writes, or the code of its refusal."""
        asked = ["predict", str(path), "-m", model, "--url", self.url, "--token", self.token]
        done = CliRunner().invoke(app, asked)
        if done.exit_code == 0:
            return list(csv.DictReader(io.StringIO(done.stdout)))
        if done.exit_code != 1 or "Traceback" in done.stderr or "[" not in done.stderr:
            raise CommandFailed(done.stderr[-500:])
        return done.stderr.partition("[")[2].partition("]")[0]


@contextmanager
def world() -> Iterator[World]:
    """Start a deployment on this machine."""
    with redirect_stdout(NOWHERE):
        yield from _started()


def _started() -> Iterator[World]:
    with TemporaryDirectory() as folder, Stack(ROOT) as stack:
        os.environ["SEALDROP_HOME"] = f"{folder}/home"
        place, token = stack.outputs, stack.token("owner")
        store = Store(place["BucketName"], place["TableName"], stack.boto3("s3"), stack.boto3("dynamodb"))
        with (
            Client(stack.url, token, keyring_dir=f"{folder}/keys") as client,
            Client(stack.url, token, keyring_dir=f"{folder}/keys", on_out_of_range="report") as reporting,
        ):
            yield World(store, client, reporting, Path(folder), stack.url, token)
