"""Secrets of one deployment: random, one file each, mode 0600 in a 0700 folder (`.shuniu/keys`)."""

import os
import secrets
from pathlib import Path


class Keys:
    """The folder of secrets. Values are text; a missing one is made at first use and then stays the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    def get(self, name: str, *, bytes_of_chance: int = 24) -> str:
        """The secret `name` (URL-safe text), made from `bytes_of_chance` random bytes if there is none yet."""
        path = self.folder / name
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return self._create(path, secrets.token_urlsafe(bytes_of_chance))

    def put(self, name: str, value: str) -> None:
        """Write a secret made elsewhere (a signing key, say), replacing what was there."""
        _write_private(self.folder / name, value)

    def _create(self, path: Path, value: str) -> str:
        # Written aside and linked into place: whoever is first wins, and nobody ever reads half a secret.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        _write_private(draft, value)
        try:
            os.link(draft, path)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        finally:
            draft.unlink()
        return value


def _write_private(path: Path, value: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        os.fchmod(handle.fileno(), 0o600)
        handle.write(value + "\n")
