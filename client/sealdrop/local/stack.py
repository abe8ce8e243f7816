"""The local stack: the template's resources in the embedded AWS, and its functions in front of it and behind it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, get_args

from sealdrop.local.aws.account import Account, now
from sealdrop.local.aws.embedded import EmbeddedAws
from sealdrop.local.aws.provision import Provisioner
from sealdrop.local.errors import LocalError
from sealdrop.local.gateway.api import HttpApi
from sealdrop.local.gateway.authorizer import JwtAuthorizer
from sealdrop.local.project import TEMPLATE, find_project
from sealdrop.local.runtime.environment import connection_variables
from sealdrop.local.runtime.in_process import InProcessRuntime
from sealdrop.local.runtime.invocation import Runtime
from sealdrop.local.runtime.rie_pool import RieRuntime
from sealdrop.local.server import Server
from sealdrop.local.template.document import Template
from sealdrop.local.template.functions import Function, read_functions, read_layers
from sealdrop.local.template.parameters import parameter_values
from sealdrop.local.triggers.queues import QueuePollers
from sealdrop.local.triggers.schedules import Scheduler

RuntimeName = Literal["in-process", "rie"]


class Stack:
    """Runs a clone's production handlers, unchanged, on this machine. A context manager.

    - `project`: the clone; by default the one around the working directory, or the one installed in editable mode.
    - `runtime`: "in-process" imports the handlers; "rie" runs each in Lambda's own runtime, in processes of its own.
    - `host`: an IP address both functions and clients reach; `port`: of the HTTP API, 0 for a free one.
    - `workers`: how many calls of one function run at a time.
    - `parameters`: values for the template's parameters.
    - `visibility_seconds`: replaces every queue's visibility timeout, so that a retry does not take minutes. Like in
      AWS, a call that takes longer is delivered again meanwhile.
    - `clock`: decides when presigned URLs expire.

    Raises LocalError.
    """

    def __init__(
        self,
        project: Path | None = None,
        *,
        runtime: RuntimeName = "in-process",
        host: str = "127.0.0.1",
        port: int = 0,
        workers: int = 2,
        parameters: Mapping[str, Any] | None = None,
        visibility_seconds: int = 10,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.project = find_project(project)
        self._template = Template.read(self.project / TEMPLATE)
        self._parameters = parameter_values(self._template, parameters or {})
        if runtime not in get_args(RuntimeName):
            raise LocalError(f"no runtime {runtime!r}", code="runtime_unknown", remedy="Choose 'in-process' or 'rie'.")
        self._runtime_name = runtime
        self._host, self._port = host, port
        self._workers = workers
        self._overrides = {"AWS::SQS::Queue": {"VisibilityTimeout": visibility_seconds}}
        self._clock = clock
        self._authorizer = JwtAuthorizer()
        self._exits = ExitStack()

    @property
    def url(self) -> str:
        """Return the HTTP API's base URL."""
        return self._server.url

    @property
    def aws_url(self) -> str:
        """Return the embedded AWS's endpoint."""
        return self._aws.url

    @property
    def account(self) -> Account:
        """Return the embedded AWS's account: its only access key, and its region."""
        return self._aws.account

    @property
    def outputs(self) -> dict[str, str]:
        """Return the template's outputs, and the physical name of every created resource by its logical id."""
        return self._provisioner.outputs()

    def token(self, subject: str, *, lifetime: int = 3600) -> str:
        """Return a signed token for a tenant, valid for `lifetime` seconds."""
        return self._authorizer.issue(subject, lifetime=lifetime)

    def boto3(self, service: str) -> Any:
        """Return a boto3 client against the embedded AWS."""
        return self._aws.client(service)

    def tick(self) -> None:
        """Invoke every scheduled function now. Raises FunctionFailed."""
        self._scheduler.tick()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            self._start(exits)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def _start(self, exits: ExitStack) -> None:
        self._aws = exits.enter_context(EmbeddedAws(self._host, clock=self._clock))
        self._server = exits.enter_context(Server(self._host, self._port))
        account = self._aws.account
        self._provisioner = Provisioner(
            self._template,
            self._parameters,
            self._aws.client,
            account=account,
            api_url=self._server.url,
            overrides=self._overrides,
        )
        self._provisioner.provision()
        functions = read_functions(self._template, self._provisioner.resolver, self.project)
        runtime = self._start_runtime(exits, functions)
        api = HttpApi(functions, runtime, self._authorizer, account)
        exits.enter_context(self._server.serving(api))
        exits.enter_context(QueuePollers(self._aws.client("sqs"), functions, runtime, account.region))
        exits.callback(self._aws.end_long_polls)
        self._scheduler = exits.enter_context(Scheduler(functions, runtime, account))

    def _start_runtime(self, exits: ExitStack, functions: Sequence[Function]) -> Runtime:
        layers = read_layers(self._template, self.project)
        connection = connection_variables(self._aws.account, self._aws.url)
        if self._runtime_name == "rie":
            return exits.enter_context(RieRuntime(functions, layers, connection, self._workers))
        return exits.enter_context(InProcessRuntime(functions, layers, self._aws.account, connection, self._workers))
