"""A WSGI application served from threads of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from sealdrop.local.errors import LocalError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Server:
    """A bound address; port 0 takes a free one. A context manager that gives the address up when left.

    Raises LocalError `address_unavailable`.
    """

    def __init__(self, host: str, port: int = 0) -> None:
        try:
            self._socket = socket.create_server((host, port))
        except OSError as error:
            message = f"cannot listen on {host} port {port}: {error.strerror}"
            raise LocalError(message, code="address_unavailable", remedy="Choose another host or port.") from error
        self._host = host
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"

    @contextmanager
    def serving(self, app: "WSGIApplication") -> Iterator[None]:
        """Answer requests with `app`, each in a thread of its own."""
        server = make_server(self._host, 0, app, threaded=True, request_handler=_QuietHandler, fd=self._socket.fileno())
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="sealdrop-server", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: request lines carry presigned URLs, and those are credentials."""

    timeout = 20.0  # seconds a silent client is waited for, as S3 does

    def run_wsgi(self) -> None:
        """Answer one request; one whose target is no URL is a bad request, not our error."""
        try:
            super().run_wsgi()
        except ValueError:
            self.send_error(400)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing."""
