"""`make test-sam`: the production handlers in Lambda's containers, by way of the SAM CLI."""

from pathlib import Path

import pytest

from tests.sam.machine import missing
from tests.sam.walk import walk

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def test_the_whole_walk_in_containers(tmp_path: Path) -> None:
    told = list(walk(tmp_path))
    assert "GET /v1/models: 401 unauthenticated" in told
    assert sum(line.startswith("$ sam local invoke") for line in told) == 6
