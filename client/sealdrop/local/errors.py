"""Everything the local stack refuses.

SealdropError
└── LocalError
    ├── ProjectNotFound     no clone with a template.yaml
    ├── TemplateError       the template says what the local stack cannot run
    ├── StackInUse          another in-process stack is running in this process
    ├── RuntimeUnavailable  the chosen runtime cannot start here
    └── FunctionFailed      a function raised, timed out or died
"""

from sealdrop_core.errors import SealdropError


class LocalError(SealdropError):
    """The local stack cannot do what was asked."""

    code = "local_error"
    remedy = "Read the message; the stack was stopped."


class ProjectNotFound(LocalError):
    """There is no clone with a template.yaml."""

    code = "project_not_found"
    remedy = "Run inside a clone of sealdrop, or pass project=Path('/path/to/clone')."


class TemplateError(LocalError):
    """The template says what the local stack cannot run."""

    code = "template_unsupported"
    remedy = "Compare the template with what `sealdrop.local` supports, or run it with `sam local`."


class StackInUse(LocalError):
    """Another in-process stack is running in this process."""

    code = "stack_in_use"
    remedy = "Stop the other stack first, or start this one with runtime='rie'."


class RuntimeUnavailable(LocalError):
    """The chosen runtime cannot start here."""

    code = "runtime_unavailable"
    remedy = "Use runtime='in-process'."


class FunctionFailed(LocalError):
    """A function raised, timed out or died; `error_type` is what Lambda would report."""

    code = "function_failed"
    remedy = "Read the function's log."

    def __init__(self, function: str, error_type: str, message: str) -> None:
        super().__init__(f"{function}: {error_type}: {message}")
        self.error_type = error_type
