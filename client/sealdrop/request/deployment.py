"""One deployment as seen from here: its API, its object storage, this owner's keys and receipts for it."""

from dataclasses import dataclass

from sealdrop.keystore import Keystore
from sealdrop.receipts import Receipts
from sealdrop.transport.connection import Connection
from sealdrop.transport.storage import Storage


@dataclass(frozen=True)
class Deployment:
    """What every request needs."""

    connection: Connection
    storage: Storage
    keystore: Keystore
    receipts: Receipts

    def close(self) -> None:
        """Close idle connections."""
        self.connection.close()
        self.storage.close()
