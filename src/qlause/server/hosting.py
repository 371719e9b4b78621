"""The server process: a socket, and uvicorn on it until it is told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from .collection import ServeError

__all__ = ["LOOPBACK_NAMES", "bound_socket", "is_loopback", "run", "stopping_signals"]

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
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
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        hint = "choose another by --port, or 0 for a free one" if error.errno not in (None, -2) else "check --host"
        raise ServeError(f"cannot listen on {host}:{port}: {error.strerror or error}; {hint}") from error
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
