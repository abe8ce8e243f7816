"""The main job: real models answer real encrypted rows, through S3, SQS, Lambda and DynamoDB."""

import numpy as np
import pytest

from sealdrop import Client
from tests.endtoend.conftest import Published


@pytest.mark.parametrize("name", ["cancer", "digits"])
def test_every_held_out_row_gets_the_label_scikit_learn_gives(
    name: str, client: Client, request: pytest.FixtureRequest
) -> None:
    published: Published = request.getfixturevalue(name)
    model = client.model(published.name)
    assert len(published.held_out) == {"cancer": 171, "digits": 540}[name]

    prediction = model.evaluate(published.held_out)

    assert np.array_equal(prediction.predict(), published.estimator.predict(published.held_out))
    wanted = published.estimator.decision_function(published.held_out)
    assert prediction.decision_function().shape == wanted.shape
    assert np.abs(prediction.decision_function() - wanted).max() < 1e-3
    assert np.allclose(prediction.predict_proba(), published.estimator.predict_proba(published.held_out), atol=1e-3)


def test_one_row_travels_light_and_needs_no_evaluation_keys(client: Client, cancer: Published) -> None:
    model = client.model("breast-cancer")
    plan = model.manifest.plan_for(1)
    assert not plan.keys.relinearization
    assert not plan.keys.galois_elements
    model.predict(cancer.held_out.iloc[:1])
    assert model.last is not None
    assert model.last.bytes_up <= 15_000
    assert model.last.bytes_down <= 9_000


def test_columns_of_a_dataframe_are_matched_by_name(client: Client, cancer: Published) -> None:
    shuffled = cancer.held_out.sample(frac=1, axis=1, random_state=3)[:5]
    found = client.model("breast-cancer").decision_function(shuffled)
    assert np.allclose(found, cancer.estimator.decision_function(cancer.held_out[:5]), atol=1e-3)


def test_a_submitted_job_is_collected_later_and_deleted(client: Client, cancer: Published) -> None:
    job = client.model("breast-cancer").submit(cancer.held_out[:20])
    again = client.job(job.id)
    assert np.array_equal(again.result().predict(), cancer.estimator.predict(cancer.held_out[:20]))
    client.delete(again)
    assert job.id not in [known.id for known in client.jobs()]
