"""The production handlers on one machine: `with Stack() as stack: ...`.

moto is the storage; in front of it stands the enforcement it lacks, and around it stand API Gateway, the event source
mappings, the schedules and the Lambda runtime. Everything listens on one host and ends with the `with` block.
"""

from sealdrop.errors import how_to_install
from sealdrop.local.errors import (
    FunctionFailed,
    LocalError,
    ProjectNotFound,
    RuntimeUnavailable,
    StackInUse,
    TemplateError,
)

try:
    from sealdrop.local.stack import Stack
except ModuleNotFoundError as error:
    raise LocalError(
        f"the local stack needs {error.name}", code="extra_missing", remedy=how_to_install("local")
    ) from error

__all__ = [
    "FunctionFailed",
    "LocalError",
    "ProjectNotFound",
    "RuntimeUnavailable",
    "Stack",
    "StackInUse",
    "TemplateError",
]
