"""What the functions make of their environment."""

import pytest

from cloud.settings import MIB, Settings

NEEDED = {"BUCKET_NAME": "bucket", "TABLE_NAME": "table"}


@pytest.mark.parametrize(("memory", "workers"), [(512, 1), (1769, 1), (3538, 2), (10_240, 2)])
def test_there_is_a_worker_for_each_vcpu_and_memory_for_each_worker(monkeypatch, memory, workers):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    settings = Settings.model_validate(NEEDED | {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory)})
    assert settings.worker_count == workers
    assert settings.worker_bytes * workers <= memory * MIB


def test_workers_and_their_memory_may_be_told():
    settings = Settings.model_validate(NEEDED | {"WORKERS": "3", "WORKER_MEGABYTES": "700"})
    assert (settings.worker_count, settings.worker_bytes) == (3, 700 * MIB)
