"""Two published models, a deployment in memory that serves them, and a client of it."""

import httpx
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from typer.testing import CliRunner

from sealdrop import Client
from sealdrop.cli import profiles
from sealdrop.cli.app import app
from sealdrop.cli.profiles import Profile
from sealdrop.publish import publish
from sealdrop.transport import retrying
from tests.client.service import API, TOKEN, Service


class Fitted:
    """An estimator, the rows it is calibrated on, and those of them it has not seen."""

    def __init__(self, name, estimator, data, target):
        self.name, self.estimator = name, estimator
        X, self.X, y, _ = train_test_split(data, target, test_size=0.3, random_state=0)
        self.estimator.fit(X, y)
        self.calibration = data


@pytest.fixture(scope="session")
def cancer():
    data = load_breast_cancer(as_frame=True)
    return Fitted("breast-cancer", make_pipeline(StandardScaler(), LogisticRegression()), data.data, data.target)


@pytest.fixture(scope="session")
def digits():
    X, y = load_digits(return_X_y=True)
    words = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    return Fitted("digits", make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)), X, words[y])


@pytest.fixture(scope="session")
def ridge():
    data = load_breast_cancer()
    target = np.stack([data.data[:, 0], data.data[:, 1]], axis=1)
    return Fitted("ridge", make_pipeline(StandardScaler(), Ridge()), data.data[:, 2:8], target)


@pytest.fixture(scope="session")
def published(cancer, digits, ridge):
    service = Service()
    for fitted in (cancer, digits, ridge):
        publish(
            fitted.estimator, fitted.calibration, name=fitted.name, store=service, rows=(1, 1000)
        )  # parts stay small
    return service.models


@pytest.fixture
def service(published):
    service = Service()
    service.models.update(published)
    return service


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """Do not sleep between attempts, and keep nothing of a test in the user's folders."""
    monkeypatch.setattr(retrying, "_JITTER", lambda state: 0.0)
    monkeypatch.setattr("sealdrop.request.collect.PAUSE", 0.0)
    monkeypatch.setenv("SEALDROP_HOME", str(tmp_path / "home"))
    for name in ("SEALDROP_URL", "SEALDROP_TOKEN", "SEALDROP_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def client(service):
    with Client(API, TOKEN, transport=httpx.MockTransport(service)) as client:
        yield client


@pytest.fixture
def model(client):
    return client.model("breast-cancer")


@pytest.fixture
def rows(cancer):
    return cancer.X[:3]


@pytest.fixture
def run(service, monkeypatch):
    """Run a command as somebody whose profile leads to the deployment in memory."""

    def connected(url, credentials, **options):
        return Client(url, credentials, transport=httpx.MockTransport(service), **options)

    monkeypatch.setattr(profiles, "Client", connected)
    profiles.save("local", Profile(url=API, token=TOKEN))
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def rows_csv(cancer, tmp_path):
    path = tmp_path / "rows.csv"
    cancer.X.assign(patient=[f"p{index}" for index in range(len(cancer.X))]).iloc[:, ::-1].to_csv(path, index=False)
    return path
