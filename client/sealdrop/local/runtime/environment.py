"""The environment variables that functions see."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sealdrop.local.aws.account import Account
from sealdrop.local.template.functions import Function

Variables = Mapping[str, str]


def connection_variables(account: Account, aws_url: str) -> dict[str, str]:
    """Return what connects a function to the embedded AWS and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ACCESS_KEY_ID": account.access_key,
        "AWS_SECRET_ACCESS_KEY": account.secret_key,
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        # the developer's own profile, endpoints and credentials stay out of reach
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
        # nobody collects traces and metrics here; metrics would go to this process's output
        "POWERTOOLS_TRACE_DISABLED": "true",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def function_variables(function: Function) -> dict[str, str]:
    """Return the function's own variables and those Lambda adds."""
    return {
        **function.environment,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(function.code),
        "_HANDLER": function.handler,
    }


@contextmanager
def environment(variables: Variables, *, without: str | None = None) -> Iterator[None]:
    """Set variables in this process, drop those that begin with `without`, and restore what was touched."""
    dropped = [name for name in os.environ if without is not None and name.startswith(without)]
    before = {name: os.environ.get(name) for name in (*dropped, *variables)}
    for name in dropped:
        del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
