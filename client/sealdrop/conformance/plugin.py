"""Every sentence of the suite as a test of pytest's.

pytest_plugins = ["sealdrop.conformance.plugin"]

@pytest.fixture(scope="session")
def conformance_suite():
    with Suite("https://...", token, other_token) as suite:
        yield suite

def test_the_protocol(conformance_check): conformance_check()
"""

from collections.abc import Callable

import pytest

from sealdrop.conformance import CHAPTERS, Check, NotApplicable, Suite


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each check."""
    if "conformance_check" in metafunc.fixturenames:
        checks = [check for chapter in CHAPTERS for check in chapter]
        metafunc.parametrize(
            "conformance_check", checks, indirect=True, ids=lambda check: f"{check.chapter}: {check.sentence}"
        )


@pytest.fixture
def conformance_check(request: pytest.FixtureRequest, conformance_suite: Suite) -> Callable[[], None]:
    """Return what holds one sentence against the deployment."""
    check: Check = request.param

    def hold() -> None:
        try:
            check.body(conformance_suite)
        except NotApplicable as nothing:
            pytest.skip(str(nothing))

    return hold
