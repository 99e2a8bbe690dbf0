"""Object storage (对象存储): where the bytes of a service's files lie, a folder here or a bucket elsewhere.

Keys are relative paths with ``/``. What begins with a dot is on its way and need not outlive a power cut.
"""

import asyncio
import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import NamedTuple, Protocol

__all__ = ("FolderStorage", "Held", "ObjectStorage")

_DRAFTS = ".drafts"
_DRAFT_LIFE_S = 3600.0


class Held(NamedTuple):
    """An object that is there: its key, its size in bytes, when it was last written (seconds since 1970)."""

    key: str
    size: int
    changed_at: float


class ObjectStorage(Protocol):
    """What files need of the place they lie in.

    Any call may raise a refusal 503 ``blob.storage_away``; the same call again does what this one did not.
    """

    async def head(self, key: str) -> Held | None:
        """What is there, or None."""

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        """The content, or ``length`` bytes of it from ``start``; None where there is nothing."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep content under a key, whole or not at all, in place of what was there."""

    async def delete(self, key: str) -> None:
        """Take it away; nothing to do where it is gone."""

    async def list(self, folder: str) -> tuple[Held, ...]:
        """Everything below ``folder``, by key."""


class FolderStorage:
    """Objects as files of one folder. Files are touched in threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tidied = False

    async def head(self, key: str) -> Held | None:
        return await asyncio.to_thread(self._head, key)

    def _head(self, key: str) -> Held | None:
        try:
            found = (self._folder / key).stat()
        except FileNotFoundError:
            return None
        return Held(key, found.st_size, found.st_mtime)

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        return await asyncio.to_thread(self._get, key, start, length)

    def _get(self, key: str, start: int, length: int | None) -> bytes | None:
        try:
            with (self._folder / key).open("rb") as file:
                file.seek(start)
                return file.read(length)
        except FileNotFoundError:
            return None

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, key, content)

    def _put(self, key: str, content: bytes) -> None:
        """Write it beside, durably, and only then give it its name."""
        path = self._folder / key
        drafts = self._folder / _DRAFTS
        drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tidy(drafts)
        lasting = not key.startswith(".")
        draft = drafts / secrets.token_hex(12)
        try:
            with draft.open("xb") as file:
                file.write(content)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            _move(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        if lasting:
            _sync_folder(path.parent)

    def _tidy(self, drafts: Path) -> None:
        """Once in a life: drafts of a former one that was killed."""
        if self._tidied:
            return
        self._tidied = True
        for left in drafts.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > _DRAFT_LIFE_S:
                    left.unlink()

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._delete, key)

    def _delete(self, key: str) -> None:
        path = self._folder / key
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # the folder is not empty, or somebody else was quicker
            path.parent.rmdir()

    async def list(self, folder: str) -> tuple[Held, ...]:
        return await asyncio.to_thread(self._list, folder)

    def _list(self, folder: str) -> tuple[Held, ...]:
        found = []
        for path in sorted((self._folder / folder).rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                there = path.stat()
                if path.is_file():
                    found.append(Held(str(path.relative_to(self._folder)), there.st_size, there.st_mtime))
        return tuple(found)


def _move(draft: Path, path: Path) -> None:
    """Rename; made again where the emptied folder was cleared away in between."""
    for last in (False, False, True):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            draft.replace(path)
            return
        except FileNotFoundError:
            if last:
                raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
