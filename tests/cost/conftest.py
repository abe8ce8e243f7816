"""A published model in a deployment in memory, and the command line in front of it."""

import json

import httpx
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from typer.testing import CliRunner

from sealdrop import Client
from sealdrop.cli import profiles
from sealdrop.cli.app import app
from sealdrop.publish import publish
from tests.client.service import API, TOKEN, Service
from tests.functions.conftest import (  # noqa: F401  # the functions, in front of AWS in memory
    api,
    aws,
    environment,
    evaluator,
    linear,
    model,
    owner,
    pool,
    rows,
)


@pytest.fixture(scope="session")
def service():
    """A deployment that offers a logistic regression on 30 features."""
    random = np.random.default_rng(4)
    X = random.normal(size=(200, 30))
    offered = Service()
    publish(LogisticRegression().fit(X, X[:, 0] > 0), X, name="small", store=offered, rows=(1, 100_000))
    return offered


@pytest.fixture
def sealdrop(service, monkeypatch, tmp_path):
    """Run the command line; return its exit code, and what it printed, as JSON if that is what it is."""
    monkeypatch.setenv("SEALDROP_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    profiles.save("default", profiles.Profile(url=API, token=TOKEN))
    monkeypatch.setattr(
        profiles.Profile, "client", lambda self: Client(self.url, self.token, transport=httpx.MockTransport(service))
    )

    def run(*arguments):
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return done.exit_code, json.loads(done.stdout) if "--json" in arguments and done.stdout else done.output

    return run
