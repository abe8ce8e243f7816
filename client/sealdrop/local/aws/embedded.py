"""The embedded AWS: moto behind the strict S3, served over http."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sealdrop.local.aws.account import Account, now
from sealdrop.local.aws.notification import complete_notifications
from sealdrop.local.aws.strict import StrictS3
from sealdrop.local.aws.turns import Turns
from sealdrop.local.server import Server

_running = 0
_running_lock = threading.Lock()


class EmbeddedAws:
    """S3, SQS, DynamoDB and KMS on one machine. A context manager.

    `host` is an IP address that functions and clients both reach. `clock` decides when signatures expire.
    """

    def __init__(self, host: str = "127.0.0.1", *, clock: Callable[[], datetime] = now) -> None:
        self.account = Account.generate()
        complete_notifications()
        self._turns = Turns(DomainDispatcherApplication(create_backend_app))
        self._app = StrictS3(self._turns, self.account, clock)
        self._host = host
        self._session: Any = boto3.Session(
            aws_access_key_id=self.account.access_key,
            aws_secret_access_key=self.account.secret_key,
            region_name=self.account.region,
        )
        self._clients: dict[str, Any] = {}
        self._exits = ExitStack()

    @property
    def url(self) -> str:
        """Return the endpoint of every service."""
        return self._server.url

    def client(self, service: str) -> Any:
        """Return a boto3 client of this AWS, the same for every caller: clients are slow to make and thread-safe."""
        if service not in self._clients:
            self._clients[service] = self._make_client(service)
        return self._clients[service]

    def end_long_polls(self) -> None:
        """Let nobody wait for messages any more; for a quick end."""
        self._turns.end_long_polls()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            _remember()
            exits.callback(_forget)
            self._server = exits.enter_context(Server(self._host))
            exits.enter_context(self._server.serving(self._app))
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def _make_client(self, service: str) -> Any:
        # presigned URLs default to the retired SigV2; a poller thread keeps a connection each
        config = Config(max_pool_connections=32, proxies={})
        if service == "s3":
            config = config.merge(Config(signature_version="s3v4", s3={"addressing_style": "path"}))
        return self._session.client(service, endpoint_url=self.url, config=config)


def _remember() -> None:
    global _running
    with _running_lock:
        _running += 1


def _forget() -> None:
    """Empty moto when its last user leaves: its state is the process's, in temporary files it must close."""
    global _running
    with _running_lock:
        _running -= 1
        if _running == 0:
            BackendDict.reset()
