"""The server itself: what it binds, what is no request, and that it keeps quiet about URLs."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from werkzeug.wrappers import Response

from sealdrop.local.errors import LocalError
from sealdrop.local.server import Server
from tests.local.presigned import HTTP


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve one word."""
    with Server("127.0.0.1") as bound, bound.serving(Response("hello")):
        yield bound


def test_a_server_serves_and_logs_nothing(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    assert HTTP.get(f"{server.url}/?X-Amz-Signature=secret").text == "hello"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("request_line", [b"GET http://[x/ HTTP/1.1", b"nonsense", b"GET"])
def test_a_request_that_is_none_is_bad(server: Server, request_line: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request_line + b"\r\n\r\n")
        assert b"400" in connection.recv(1000)
    assert capfd.readouterr() == ("", "")


def test_an_address_that_is_taken_is_refused(server: Server) -> None:
    with pytest.raises(LocalError) as refused:
        Server("127.0.0.1", urlsplit(server.url).port or 0)
    assert refused.value.code == "address_unavailable"
