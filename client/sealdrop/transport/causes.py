"""Why no answer came: the system's and the TLS library's errors as plain words, stable codes and remedies.

No address and no other side's text is repeated: a presigned URL is a credential.
"""

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from sealdrop.errors import TransportFailed

ADDRESS = "Check the deployment's address and port, and that it runs; then try again."
NETWORK = "Check this machine's network, then try again."
PROXY = "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or name the host in NO_PROXY."
CERTIFICATE = (
    "Do not go on without knowing why. If your organization opens TLS connections, name the file of its"
    " certificate authority in SSL_CERT_FILE; check this machine's clock, too."
)
NOT_TLS = "Check the address and its port: begin it with http:// only for this machine or a private network."
NOT_HTTP = "Check the address and its port; a deployment behind TLS has an address with https://."
SLOW = "Try again later; on a slow line, give the client a longer timeout."

Cause = tuple[str, str, str]  # code, words, remedy
CUT = "connection_lost", "the connection was cut before the answer was whole", NETWORK


def no_answer(place: str, error: Exception, *, proxied: bool) -> TransportFailed:
    """Return the error that tells why `place` did not answer; `proxied` if the way there leads through a proxy."""
    code, words, remedy = _cause(error, proxied)
    return TransportFailed(f"{place} did not answer: {words}", code=code, remedy=remedy)


def _cause(error: Exception, proxied: bool) -> Cause:
    for reason in _chain(error):
        if isinstance(reason, ssl.SSLError):
            return _tls(reason)
    if isinstance(error, httpx.ProxyError):
        status = re.match(r"\d{3}\b", str(error))  # the text behind it is the proxy's
        return "proxy_refused", f"the proxy refused{f' with {status[0]}' if status else ''}", PROXY
    if proxied and isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return "proxy_unreachable", "no connection to the proxy that the environment names", PROXY
    for reason in _chain(error):
        if isinstance(reason, OSError) and (known := _system(reason)):
            return known
    return _protocol(error)


def _tls(error: ssl.SSLError) -> Cause:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate_not_trusted", f"its certificate is not trusted: {error.verify_message}", CERTIFICATE
    if isinstance(error, ssl.SSLEOFError):
        return CUT
    if error.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"}:
        return "not_tls", "what answers there does not speak TLS", NOT_TLS
    reason = (error.reason or "unknown").lower().replace("_", " ")
    return "tls_failed", f"no TLS connection could be agreed on ({reason})", ADDRESS


def _system(error: OSError) -> Cause | None:
    if isinstance(error, socket.gaierror):
        return "name_not_resolved", f"its name cannot be resolved ({error.strerror})", f"{NETWORK} {ADDRESS}"
    if error.errno == errno.ECONNREFUSED:
        return "connection_refused", "nothing listens there, the connection was refused", ADDRESS
    if error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}:
        return "host_unreachable", f"there is no way to it ({os.strerror(error.errno)})", NETWORK
    if error.errno in {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}:
        return CUT
    return None


def _protocol(error: Exception) -> Cause:
    match error:
        case UnicodeError():
            return "name_not_resolved", "its name is none that a host can have", ADDRESS
        case httpx.ConnectTimeout():
            return "timed_out", "no connection in time", f"{NETWORK} {ADDRESS}"
        case httpx.TimeoutException():
            return "timed_out", "the connection stands, but nothing came in time", SLOW
        case httpx.RemoteProtocolError() if "without sending" in str(error):
            return CUT
        case httpx.RemoteProtocolError():
            return "not_http", "what answers there does not speak HTTP", NOT_HTTP
    return TransportFailed.code, type(error).__name__, TransportFailed.remedy


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what the HTTP libraries wrapped; what was being handled meanwhile is another matter."""
    while error is not None:
        yield error
        if type(error).__module__.partition(".")[0] not in {"httpx", "httpcore"}:
            return
        error = error.__cause__ or error.__context__
