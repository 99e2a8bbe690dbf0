"""Load: keep-alive HTTP/1.1 connections, one request at a time on each, from a process of its own.

``python -m bench.load PORT PATH CONNECTIONS SECONDS RATE BODY TOKEN`` prints one JSON line: answers, refusals, rate and
latencies in milliseconds. RATE 0 is as fast as answers come; otherwise that many a second over all connections.
"""

import asyncio
import itertools
import json
import os
import sys
import time

WARM_UP_S = 0.5


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.good = 0
        self.bad = 0
        self.latencies: list[float] = []
        self.first_bad = b""


async def _client(port: int, head: bytes, body: bytes, pace: "Pace", tally: Tally, ends: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    own = os.urandom(6).hex()
    for n in itertools.count():
        await pace.turn()
        begun = time.perf_counter()
        if begun >= ends:
            break
        writer.write(head + b"Idempotency-Key: %s-%d\r\n\r\n" % (own.encode(), n) + body)
        status = (await reader.readline()).split(b" ", 2)[1]
        length = 0
        while (line := await reader.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line[15:])
        answer = await reader.readexactly(length)
        if status.startswith(b"2"):
            tally.good += 1
            tally.latencies.append(time.perf_counter() - begun)
        else:
            tally.bad += 1
            tally.first_bad = tally.first_bad or answer
    writer.close()


class Pace:
    """Hands out turns, ``rate`` a second over everybody; rate 0: at once."""

    def __init__(self, rate: float, start: float) -> None:
        self._rate = rate
        self._start = start
        self._given = 0

    async def turn(self) -> None:
        """Wait for the next turn."""
        if not self._rate:
            return
        self._given += 1
        wait = self._start + self._given / self._rate - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)


async def run(port: int, path: str, connections: int, seconds: float, rate: float, body: bytes, token: str) -> Tally:
    """One load; its tally."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nAuthorization: Bearer {token}\r\n"
    ).encode()
    tally = Tally()
    start = time.perf_counter()
    pace = Pace(rate, start)
    await asyncio.gather(*(_client(port, head, body, pace, tally, start + seconds) for _ in range(connections)))
    return tally


def main() -> None:
    """See the module."""
    import uvloop

    port, path, connections, seconds, rate, body, token = sys.argv[1:8]
    begun = time.perf_counter()
    tally = uvloop.run(run(int(port), path, int(connections), float(seconds), float(rate), body.encode(), token))
    took = time.perf_counter() - begun
    ordered = sorted(tally.latencies) or [0.0]
    print(
        json.dumps(
            {
                "good": tally.good,
                "bad": tally.bad,
                "first_bad": tally.first_bad.decode(errors="replace")[:300],
                "rate": tally.good / took,
                "p50_ms": ordered[len(ordered) // 2] * 1000,
                "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
            }
        )
    )


if __name__ == "__main__":
    main()
