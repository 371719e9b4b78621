"""A way to a database that can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Final

__all__ = ["Proxy"]

_CHUNK: Final = 4096


class Proxy:
    """Passes connections to a port of loopback on, until it is cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._left: int | None = None
        """How many bytes it still passes on to the database; None: any number."""
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, after: int = 0) -> None:
        """Close all connections once so many more bytes went to the database, and let no new ones in."""
        with self._lock:
            self._left = after
        if not after:
            self._close()

    def mend(self) -> None:
        """Pass everything on again."""
        self._close()
        with self._lock:
            self._left = None

    def stop(self) -> None:
        """Close everything."""
        self._listener.close()
        self._close()

    def _close(self) -> None:
        with self._lock:
            connections, self._open = self._open, []
        for connection in connections:
            _close(connection)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._left == 0:
                client.close()
                continue
            database = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._open += [client, database]
            for source, sink, counted in ((client, database, True), (database, client, False)):
                threading.Thread(target=self._pass, args=(source, sink, counted), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                sink.sendall(self._allowed(chunk) if counted else chunk)
                if counted and self._left == 0:
                    self._close()
        _close(source)
        _close(sink)

    def _allowed(self, chunk: bytes) -> bytes:
        with self._lock:
            if self._left is not None:
                chunk = chunk[: self._left]
                self._left -= len(chunk)
        return chunk


def _close(connection: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
