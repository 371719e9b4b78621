"""The server process: a socket, and uvicorn on it until it is told to stop."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from ..errors import shorten
from .collection import ServeError

__all__ = ["LOOPBACK_NAMES", "bound_socket", "is_loopback", "run", "stopping_signals"]

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_MAX_SHOWN: Final = 100  # characters of an address in a message
_BACKLOG: Final = 128
_IDLE_SECONDS: Final = 15
_MOST_AT_ONCE: Final = 200  # requests; more are answered with status 503
_LARGEST_HEAD: Final = 64 * 1024  # bytes of the request line and headers


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that listens. Port 0 takes a free one. Raises ServeError if the address cannot be had."""
    shown = shorten(f"{host}:{port}", _MAX_SHOWN)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:  # ValueError: a text that cannot be a name, such as one of 100 characters
        reason = (error.strerror if isinstance(error, OSError) else None) or "this is no name of a host"
        hint = "--host takes a name or an address, such as 127.0.0.1, and --port the port"
        raise ServeError(f"cannot listen on {shown}: {reason}; {hint}") from error
    try:
        return _listening(found[0])
    except OSError as error:
        is_host = error.errno == errno.EADDRNOTAVAIL
        hint = "this machine has no such address" if is_host else "choose another by --port, or 0 for a free one"
        raise ServeError(f"cannot listen on {shown}: {error.strerror or error}; {hint}") from error


def _listening(found: tuple[Any, ...]) -> socket.socket:
    """A socket that listens on an address as ``getaddrinfo`` returns it."""
    family, kind, protocol, _, address = found
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def stopping_signals() -> list[signal.Signals]:
    """The signals that stop the server. SIGHUP does too, unless it is ignored already, as nohup does."""
    signals = [signal.SIGINT, signal.SIGTERM]
    hang_up: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
        signals.append(hang_up)
    return signals


def run(app: ASGIApp, listening: socket.socket, started: Callable[[], None]) -> None:
    """Serve until the process gets one of the signals that stop it; requests that run are answered before.

    ``started`` is called once requests are answered.
    """
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=5,
        limit_concurrency=_MOST_AT_ONCE,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    server = _Server(config, started)
    server.run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the signals, and end as usual: uvicorn would raise them again, and the process would die by them."""
        previous = {each: signal.signal(each, self.handle_exit) for each in stopping_signals()}
        try:
            yield
        finally:
            for each, handler in previous.items():
                signal.signal(each, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then tell."""
        await super().startup(sockets)
        if self.started:
            self._tell()
