"""HTTP over whatever network there is: with the proxies and certificates that the environment names."""

import ipaddress
import ssl
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from sealdrop.errors import Misconfigured


def is_near(host: str) -> bool:
    """Whether the host is this machine or its private network, where plain HTTP is no risk to a token."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def open_http(near: bool, timeout: float, transport: httpx.BaseTransport | None, **options: Any) -> httpx.Client:
    """Return an HTTP client; what is near is reached without a proxy.

    Raises Misconfigured (`bad_certificates`, `bad_proxy`) if the environment names what cannot be used.
    """
    certificates = _certificates()
    try:
        return httpx.Client(timeout=timeout, transport=transport, trust_env=not near, verify=certificates, **options)
    except (ImportError, ValueError, httpx.InvalidURL):
        raise Misconfigured(
            "the environment names a proxy of a kind that cannot be used",
            code="bad_proxy",
            remedy="Let HTTPS_PROXY, HTTP_PROXY and ALL_PROXY begin with http://; socks5:// needs httpx[socks].",
        ) from None


def is_proxied(http: httpx.Client, url: httpx.URL) -> bool:
    """Whether requests to this address go through a proxy."""
    return http.trust_env and bool({url.scheme, "all"} & getproxies().keys()) and not proxy_bypass(url.host)


def require_open(http: httpx.Client) -> None:
    """Raise Misconfigured (`client_closed`) if no request can be sent any more."""
    if http.is_closed:
        raise Misconfigured(
            "this client was closed",
            code="client_closed",
            remedy="Make a new one, and use its models and jobs before it is closed.",
        )


def _certificates() -> ssl.SSLContext:
    """Return what is trusted: the authorities that SSL_CERT_FILE or SSL_CERT_DIR names, else certifi's."""
    try:
        return httpx.create_ssl_context()
    except OSError:  # no file, no right to read it, or nothing in it
        raise Misconfigured(
            "SSL_CERT_FILE or SSL_CERT_DIR names no certificates that can be read",
            code="bad_certificates",
            remedy="Let it name a file of PEM certificates, or unset it.",
        ) from None
