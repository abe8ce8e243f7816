"""Keyrings on disk: one for each deployment and key configuration, made when first needed, never overwritten."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sealdrop.errors import Misconfigured
from sealdrop.folders import keeping, private_folder, reading, write_private

if TYPE_CHECKING:
    from sealdrop.keyring import Keyring
    from sealdrop_core.plan import Plan


def deployment_folder(root: Path, url: str) -> Path:
    """Return the folder of what belongs to one deployment: its host, for the reader, and a digest of its address."""
    host = url.split("://", 1)[-1].split("/", 1)[0].replace(":", "_")
    return root / f"{host}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


class Keystore:
    """The keyrings of one deployment, and which of their public keys it has.

    `<key configuration>.keyring` holds the secret (mode 0600, in folders of mode 0700); `<key configuration>.enrolled`
    the id of the keys that were enrolled.
    """

    def __init__(self, root: Path, url: str) -> None:
        self.folder = deployment_folder(root, url)
        self._lock = Lock()
        self._open: dict[str, Keyring] = {}

    def __repr__(self) -> str:
        return f"Keystore({str(self.folder)!r})"

    def keyring(self, plan: "Plan") -> "Keyring":
        """Return the keyring for the plan's key configuration; generate and keep one if there is none."""
        configuration = plan.key_configuration
        with self._lock:
            if configuration not in self._open:
                self._open[configuration] = self._load_or_generate(plan)
            return self._open[configuration]

    def kept(self, plan: "Plan", fingerprint: str) -> "Keyring":
        """Return the keyring of that fingerprint; none is ever made. Raises Misconfigured (`keyring_gone`)."""
        from sealdrop.keyring import Keyring

        configuration, path = plan.key_configuration, self._path(plan)
        with self._lock:
            found = self._open.get(configuration)
            if found is None or found.fingerprint != fingerprint:
                with reading(path), suppress(FileNotFoundError):
                    found = self._open[configuration] = Keyring.load(path)
        if found is None or found.fingerprint != fingerprint:
            raise Misconfigured(
                "the keyring this job was sealed with is not here any more",
                code="keyring_gone",
                remedy="Submit the rows again.",
            )
        return found

    def is_enrolled(self, plan: "Plan", key: str) -> bool:
        """Whether this deployment is known to have these keys."""
        mark = self._mark(plan)
        try:
            with reading(mark):
                return mark.read_text(encoding="ascii", errors="replace").strip() == key
        except FileNotFoundError:
            return False

    def remember(self, plan: "Plan", key: str) -> None:
        """Note that this deployment has these keys."""
        write_private(self._mark(plan), f"{key}\n".encode())

    def forget(self, plan: "Plan") -> None:
        """Note that this deployment does not have the keys any more."""
        mark = self._mark(plan)
        with keeping(mark):
            mark.unlink(missing_ok=True)

    def _mark(self, plan: "Plan") -> Path:
        return self.folder / f"{plan.key_configuration}.enrolled"

    def _path(self, plan: "Plan") -> Path:
        return self.folder / f"{plan.key_configuration}.keyring"

    def _load_or_generate(self, plan: "Plan") -> "Keyring":
        from sealdrop.keyring import Keyring

        path = self._path(plan)
        with reading(path), suppress(FileNotFoundError):
            return Keyring.load(path)
        self._generate(plan, path)
        with keeping(path):  # a link may lead nowhere
            return Keyring.load(path)

    def _generate(self, plan: "Plan", path: Path) -> None:
        from sealdrop.keyring import Keyring

        draft = private_folder(self.folder) / f".{secrets.token_hex(8)}.draft"
        try:
            Keyring.generate(plan).save(draft)
            with keeping(path), suppress(FileExistsError):  # another process was faster: its keyring is the one
                os.link(draft, path)
        finally:
            with suppress(OSError):  # a disk that takes nothing gives nothing up, either
                draft.unlink(missing_ok=True)
