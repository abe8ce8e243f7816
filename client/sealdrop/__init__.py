"""Machine-learning inference on data the server never sees.

    >>> from sealdrop import Client
    >>> with Client(url, token) as client:
    ...     client.model("breast-cancer").predict(X)

What is listed in `__all__` is the public face, and so are the errors' tree in `sealdrop.errors` and, for the owner of a
model, `sealdrop.publish`. Everything else may change between releases. Names are loaded when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sealdrop.client import Client
    from sealdrop.errors import (
        ClientError,
        JobFailed,
        JobUnfinished,
        MalformedSeal,
        Misconfigured,
        Mismatch,
        NotOffered,
        OutOfRange,
        RefusedInput,
        RowsRefused,
        SealdropError,
        ServiceRefused,
        TransportFailed,
        UntrustedManifest,
    )
    from sealdrop.job import Job
    from sealdrop.keyring import Keyring
    from sealdrop.model import Model
    from sealdrop.prediction import Prediction
    from sealdrop.timing import Progress, Timing
    from sealdrop.transport.credentials import SigV4

_HOMES = {
    "Client": "client",
    "ClientError": "errors",
    "Job": "job",
    "JobFailed": "errors",
    "JobUnfinished": "errors",
    "Keyring": "keyring",
    "MalformedSeal": "errors",
    "Misconfigured": "errors",
    "Mismatch": "errors",
    "Model": "model",
    "NotOffered": "errors",
    "OutOfRange": "errors",
    "Prediction": "prediction",
    "Progress": "timing",
    "RefusedInput": "errors",
    "RowsRefused": "errors",
    "SealdropError": "errors",
    "ServiceRefused": "errors",
    "SigV4": "transport.credentials",
    "Timing": "timing",
    "TransportFailed": "errors",
    "UntrustedManifest": "errors",
}
__all__ = [
    "Client",
    "ClientError",
    "Job",
    "JobFailed",
    "JobUnfinished",
    "Keyring",
    "MalformedSeal",
    "Misconfigured",
    "Mismatch",
    "Model",
    "NotOffered",
    "OutOfRange",
    "Prediction",
    "Progress",
    "RefusedInput",
    "RowsRefused",
    "SealdropError",
    "ServiceRefused",
    "SigV4",
    "Timing",
    "TransportFailed",
    "UntrustedManifest",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sealdrop' has no attribute '{name}'")
    value = getattr(import_module(f"sealdrop.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
