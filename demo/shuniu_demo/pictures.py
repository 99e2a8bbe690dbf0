"""Evidence for the demonstration: small drawn pictures, no photographs of anybody or anywhere.

A scene (sky, houses, pavement) with the motif's things lying about or tidied away; PNG, a few kB each, made from the
motif's name, so that the same picture always has the same hash.
"""

import random
import struct
import zlib
from typing import Final

from shuniu_demo.script import Picture

__all__ = ("WIDTH", "draw")

WIDTH, HEIGHT = 320, 240
_Colour = tuple[int, int, int]
_THINGS: Final[dict[str, tuple[_Colour, ...]]] = {
    "rubbish": ((92, 108, 74), (176, 142, 96), (70, 78, 96), (198, 190, 176)),
    "rubble": ((150, 120, 98), (128, 118, 110), (176, 160, 140)),
    "green": ((82, 132, 70), (206, 200, 186), (60, 104, 58)),
    "poster": ((214, 84, 70), (240, 206, 92), (86, 142, 206)),
    "site": ((226, 160, 62), (120, 112, 104), (196, 186, 168)),
    "road": ((66, 66, 70), (224, 168, 54), (96, 92, 90)),
    "water": ((92, 140, 176), (112, 160, 192), (78, 122, 160)),
    "stall": ((206, 92, 72), (92, 148, 106), (222, 178, 88)),
    "car": ((182, 60, 58), (64, 92, 142), (206, 208, 212), (48, 50, 56)),
    "bike": ((240, 190, 50), (66, 152, 204), (88, 178, 118)),
    "corridor": ((158, 120, 82), (110, 92, 80), (186, 158, 120)),
    "wire": ((40, 42, 48), (206, 92, 60)),
    "people": ((120, 136, 168), (188, 132, 112), (96, 120, 104)),
    "shed": ((104, 138, 178), (150, 156, 160), (86, 112, 146)),
    "cover": ((70, 72, 78), (230, 150, 50)),
    "lamp": ((74, 82, 96), (250, 226, 140)),
    "tree": ((62, 108, 62), (104, 78, 56), (92, 140, 78)),
}


class _Canvas:
    def __init__(self) -> None:
        self.rows = [bytearray(WIDTH * 3) for _ in range(HEIGHT)]

    def box(self, x: int, y: int, width: int, height: int, colour: _Colour) -> None:
        left, right = max(0, x), min(WIDTH, x + width)
        if right <= left:
            return
        line = bytes(colour) * (right - left)
        for row in self.rows[max(0, y) : min(HEIGHT, y + height)]:
            row[left * 3 : right * 3] = line

    def png(self) -> bytes:
        raw = b"".join(b"\0" + bytes(row) for row in self.rows)
        head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def draw(picture: Picture) -> bytes:
    """The picture as PNG. KeyError for a motif nobody drew."""
    things = _THINGS[picture.motif]
    rng = random.Random(f"{picture.motif}/{picture.take}")
    canvas = _Canvas()
    sky = 150 + rng.randrange(50)
    for y in range(0, 150, 5):
        canvas.box(0, y, WIDTH, 5, (sky - y // 4, sky + 18 - y // 6, 225 - y // 8))
    _houses(canvas, rng)
    canvas.box(0, 150, WIDTH, 90, (168, 164, 156))
    for x in range(-20, WIDTH, 40):
        canvas.box(x, 168, 2, 40, (150, 146, 140))
    canvas.box(0, 208, WIDTH, 32, (92, 92, 96))
    canvas.box(0, 222, WIDTH, 3, (206, 204, 196))
    for n in range(1 if picture.done else 16):
        colour = things[n % len(things)]
        width, height = rng.randrange(10, 46), rng.randrange(8, 34)
        x, y = (24, 150) if picture.done else (rng.randrange(20, 270), rng.randrange(140, 200))
        canvas.box(x + 3, y + 3, width, height, (70, 66, 64))
        canvas.box(x, y, width, height, colour)
        canvas.box(x, y, width, 3, tuple(min(255, c + 40) for c in colour))  # type: ignore[arg-type]
    if picture.done:
        canvas.box(282, 12, 26, 26, (46, 138, 84))
        canvas.box(288, 22, 14, 6, (240, 248, 240))
    return canvas.png()


def _houses(canvas: _Canvas, rng: random.Random) -> None:
    x = -10
    while x < WIDTH:
        width, height = rng.randrange(44, 86), rng.randrange(60, 128)
        shade = rng.randrange(168, 214)
        canvas.box(x, 150 - height, width, height, (shade, shade - 8, shade - 22))
        for wy in range(158 - height, 140, 18):
            for wx in range(x + 6, x + width - 10, 16):
                canvas.box(wx, wy, 9, 11, (112, 132, 150))
        x += width + rng.randrange(0, 10)
