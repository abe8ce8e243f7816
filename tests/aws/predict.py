"""A model and a data owner's use of it, against any running stack."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sealdrop import Client
from sealdrop.local import Stack
from sealdrop.publish import Store, publish

ROWS = 171


def predict(stack: Stack, folder: Path) -> Iterator[str]:
    """Publish, predict, submit, collect, delete and sweep; yield what has been shown to work. Keys go to `folder`."""
    X, y = load_breast_cancer(return_X_y=True)
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    names = stack.outputs
    store = Store(names["BucketName"], names["TableName"], stack.boto3("s3"), stack.boto3("dynamodb"))
    yield f"published {publish(estimator, X, name='breast-cancer', store=store).reference}"
    with Client(stack.url, stack.token("owner"), keyring_dir=folder) as client:
        model = client.model("breast-cancer")
        rows = X[:ROWS]
        assert np.array_equal(model.predict(rows), estimator.predict(rows))
        assert model.last is not None
        yield f"{ROWS} sealed rows answered as the plaintext model does, {model.last.total:.0f} ms"
        assert np.abs(model.decision_function(rows[:1]) - estimator.decision_function(rows[:1])).max() < 1e-3
        yield f"1 sealed row answered within 1e-3, {model.last.total:.0f} ms"
        job = client.model("breast-cancer").submit(rows[:20])
        assert np.array_equal(client.job(job.id).result().predict(), estimator.predict(rows[:20]))
        client.delete(job.id)
        assert job.id not in [known.id for known in client.jobs()]
        yield "20 rows submitted, collected later, and deleted"
    stack.tick()
    yield "swept"
