"""A network that fails names its cause, with real sockets on this machine: ports, proxies, certificates, time."""

import datetime
import ipaddress
import json
import socket
import ssl
import threading
from contextlib import contextmanager

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sealdrop import Client, Misconfigured, TransportFailed
from sealdrop.transport.resources import Download, Grant
from sealdrop.transport.retrying import Patience
from sealdrop.transport.storage import Storage

SECRET = "X-Amz-Signature-planted"
FAR = "https://deployment.example"  # never looked up: a proxy is asked for it
MODELS = b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"models":[]}'


@pytest.fixture(autouse=True)
def once(monkeypatch):
    """Try once, and know no proxy but a test's own."""
    monkeypatch.setattr("sealdrop.transport.connection.HURRIED", Patience(0.0, 1))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def listening(serve):
    """Serve every connection with a function; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    try:
                        serve(peer)
                    except OSError:  # TLS that the client refuses
                        continue

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def saying(content):
    def serve(peer):
        peer.recv(1 << 16)
        peer.sendall(content)

    return serve


@pytest.fixture
def vacant():
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"127.0.0.1:{port}"


def certified(folder, names=("127.0.0.1",), days=1):
    """Write a self-signed certificate with its key, good from `days` before or to `days` after now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    span = sorted((now - datetime.timedelta(hours=1), now + datetime.timedelta(days=days)))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(n)) for n in names]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def tls(path, content=MODELS):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    def serve(peer):
        with context.wrap_socket(peer, server_side=True) as wrapped:
            saying(content)(wrapped)

    return serve


def failing(url, timeout=5.0):
    with Client(url, "planted-token", timeout=timeout) as client, pytest.raises(TransportFailed) as failure:
        client.models()
    assert failure.value.message.startswith("the service did not answer: ")
    assert "planted-token" not in str(failure.value) + failure.value.remedy
    return failure.value


def test_a_port_where_nobody_listens(vacant):
    error = failing(f"http://{vacant}")
    assert (error.code, "nothing listens there" in error.message) == ("connection_refused", True)
    assert "address and port" in error.remedy
    assert error.problem()["retryable"]


def test_a_name_that_is_not_known(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failing(FAR)
    assert (error.code, "(Name or service not known)" in error.message) == ("name_not_resolved", True)


def test_a_certificate_that_signs_itself(tmp_path):
    with listening(tls(certified(tmp_path))) as address:
        error = failing(f"https://{address}")
    assert (error.code, "self-signed certificate" in error.message) == ("certificate_not_trusted", True)
    assert "SSL_CERT_FILE" in error.remedy
    assert not error.problem()["retryable"]


def test_a_certificate_of_somebody_else_or_of_yesterday(tmp_path, monkeypatch):
    for names, days, reason in ((("127.0.0.2",), 1, "IP address mismatch"), (("127.0.0.1",), -1, "expired")):
        path = certified(tmp_path, names, days)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with listening(tls(path)) as address:
            error = failing(f"https://{address}")
        assert (error.code, reason in error.message) == ("certificate_not_trusted", True)


def test_a_certificate_that_the_environment_names_is_trusted_on_this_machine_too(tmp_path, monkeypatch):
    path = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with listening(tls(path)) as address, Client(f"https://{address}", "t") as client:
        assert client.models() == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "other"])
def test_certificates_that_cannot_be_read_are_named(tmp_path, monkeypatch, content):
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(Misconfigured, match="SSL_CERT_FILE") as refusal:
        Client(FAR, "t")
    assert refusal.value.code == "bad_certificates"


def test_a_port_without_tls():
    with listening(saying(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as address:
        error = failing(f"https://{address}")
    assert (error.code, "does not speak TLS" in error.message) == ("not_tls", True)
    assert not error.problem()["retryable"]


def test_a_port_with_tls_that_is_asked_without():
    with listening(saying(b"\x15\x03\x01\x00\x02\x02\x46")) as address:
        error = failing(f"http://{address}")
    assert (error.code, "does not speak HTTP" in error.message) == ("not_http", True)
    assert "https://" in error.remedy


def test_a_service_that_says_nothing():
    ended = threading.Event()
    with listening(lambda peer: ended.wait(20)) as address:
        error = failing(f"http://{address}", timeout=0.05)
        ended.set()
    assert (error.code, "nothing came in time" in error.message) == ("timed_out", True)


@pytest.mark.parametrize("content", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf"], ids=["none", "half"])
def test_a_connection_that_is_cut(content):
    with listening(saying(content)) as address:
        assert failing(f"http://{address}").code == "connection_lost"


def test_a_proxy_that_is_down(monkeypatch, vacant):
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:planted-password@{vacant}")
    error = failing(FAR)
    assert (error.code, "HTTPS_PROXY" in error.remedy) == ("proxy_unreachable", True)
    assert "planted" not in error.message + error.remedy


def test_a_proxy_that_refuses(monkeypatch):
    with listening(saying(b"HTTP/1.1 407 planted-reason\r\n\r\n")) as address:
        monkeypatch.setenv("ALL_PROXY", f"http://{address}")
        error = failing(FAR)
    assert (error.code, error.message.endswith("the proxy refused with 407")) == ("proxy_refused", True)


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:9", "http://[::1"])
def test_a_proxy_that_is_none_is_refused_at_once(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(Misconfigured) as refusal:
        Client(FAR, "t")
    assert refusal.value.code == "bad_proxy"


def test_a_host_that_no_proxy_serves_is_not_said_to_have_one(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "deployment.example")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(socket.gaierror(-2, "unknown")))
    assert failing(FAR).code == "name_not_resolved"


def test_object_storage_names_its_cause_and_not_its_links(vacant, tmp_path):
    patience = Patience(0.0, 1)
    storage = Storage(httpx.URL("http://127.0.0.1"), 5.0)
    with listening(tls(certified(tmp_path))) as untrusted, listening(saying(b"")) as cut:
        for scheme, address, code in (
            ("http", vacant, "connection_refused"),
            ("https", untrusted, "certificate_not_trusted"),
            ("http", cut, "connection_lost"),
        ):
            url = f"{scheme}://{address}/inputs?{SECRET}"
            grant, link = Grant(url=url, headers={}), Download(url=url, bytes=1, sha256="0" * 64)
            for ask in (
                lambda grant=grant: storage.upload(grant, b"sealed", patience=patience),
                lambda link=link: storage.download(link, 1, patience=patience),
            ):
                with pytest.raises(TransportFailed, match="object storage did not answer: ") as failure:
                    ask()
                assert failure.value.code == code
                assert failure.value.__cause__ is None
                assert SECRET not in json.dumps(failure.value.problem())
    storage.close()


def test_the_command_line_names_the_cause(run, vacant, monkeypatch):
    from sealdrop.cli import profiles

    monkeypatch.setattr(profiles, "Client", Client)
    done = run("models", "--url", f"http://{vacant}", "--token", "t")
    assert done.exit_code == 1
    assert "nothing listens there, the connection was refused [connection_refused]\nhint: Check the" in done.stderr
