"""What has been done of the load: a file of lines in the state folder, so that a killed load goes on where it stopped.

The journal may lag behind what the services accepted: a step that is tried again has the same idempotency key and gets
the first answer.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

__all__ = ("Header", "Journal")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """First line: which story this is. ``name`` makes the idempotency keys of this state folder its own."""

    name: str
    end: datetime
    scale: float
    seed: int


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    step: str
    told: dict[str, Any] = {}
    refused: str = ""


class Journal:
    """The steps done, each with what its answer told or why it was refused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.header: Header | None = None
        self.told: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, str] = {}
        self._read()
        self._file: BinaryIO | None = None if self.header is None else self._path.open("ab")

    def _read(self) -> None:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        lines = content.split(b"\n")
        if len(lines) < 2:
            return
        self.header = msgspec.json.decode(lines[0], type=Header)
        # What stands after the last line end was being written when it was cut off.
        for raw in filter(None, lines[1:-1]):
            line = msgspec.json.decode(raw, type=_Line)
            if line.refused:
                self.refused[line.step] = line.refused
            else:
                self.told[line.step] = line.told
        if lines[-1]:
            self._path.write_bytes(b"\n".join(lines[:-1]) + b"\n")

    def start(self, header: Header) -> None:
        """Begin a journal."""
        self.header = header
        self._path.write_bytes(msgspec.json.encode(header) + b"\n")
        self._file = self._path.open("ab")

    def done(self, step: str) -> bool:
        """Whether the step is over, one way or the other."""
        return step in self.told or step in self.refused

    def note(self, step: str, told: Mapping[str, Any], refused: str = "") -> None:
        """The step is over."""
        assert self._file is not None
        if refused:
            self.refused[step] = refused
        else:
            self.told[step] = dict(told)
        self._file.write(msgspec.json.encode(_Line(step=step, told=dict(told), refused=refused)) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing more will be noted."""
        if self._file is not None:
            self._file.close()
            self._file = None
