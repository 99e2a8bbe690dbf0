"""Loopback TCP ports: a free one, and whether one is taken."""

import errno
import socket

from shuniu.runtime.child import SetUpError

LOOPBACK = "127.0.0.1"


def free_port(host: str = LOOPBACK) -> int:
    """A port nobody listens on now; another process could still take it before its user does."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def listen(host: str, port: int) -> socket.socket | None:
    """A bound stream socket on host:port (port 0: a free one), or None where somebody else holds the port.

    The caller hands the very socket to the server, so that nobody can slip in between the check and the use.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise SetUpError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    bound.setblocking(False)
    return bound


def listen_from(host: str, first: int, tries: int = 50) -> socket.socket:
    """A bound socket on the first free port of first … first+tries-1; SetUpError where all are taken."""
    for port in range(first, min(first + tries, 65536)):
        if (bound := listen(host, port)) is not None:
            return bound
    raise SetUpError(f"No free port on {host} between {first} and {first + tries - 1}.")


def free_again(host: str, port: str | None) -> int | None:
    """A port that was used before, where it is free now; else None."""
    if port is None or not port.isdigit():
        return None
    held = listen(host, int(port))
    if held is None:
        return None
    held.close()
    return int(port)
