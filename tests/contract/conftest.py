"""The real handlers, as the tests of the functions have them."""

from tests.functions.conftest import (  # noqa: F401  # fixtures
    api,
    aws,
    environment,
    evaluator,
    later,
    linear,
    model,
    owner,
    pool,
    rows,
    settle,
)
