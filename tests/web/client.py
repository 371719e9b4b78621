"""Servers of apps as processes, and a client that sends targets byte by byte as they are given."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from engines.missing import import_optional

from .cases import Headers

__all__ = ["Answer", "Server", "running"]

_ROOT = Path(__file__).parents[2]
_LINK = re.compile(r'<([^>]*)>; rel="(\w+)"')


@dataclass(frozen=True)
class Answer:
    """A response."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def body(self) -> Any:
        """The JSON of the body; None if it is none."""
        try:
            return json.loads(self.content, parse_constant=_no_json)
        except ValueError:
            return None

    @property
    def links(self) -> dict[str, str]:
        """The targets of the header Link, by their relation."""
        return {rel: urljoin(self.url, target) for target, rel in _LINK.findall(self.headers.get("Link", ""))}


@dataclass(frozen=True)
class Server:
    """A server on loopback."""

    port: int

    def get(self, target: bytes, headers: Headers = ()) -> Answer:
        """Send a GET. ``target`` is the path and the query string, and is sent as it is."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            lines = [b"GET %s HTTP/1.1" % target, b"Host: 127.0.0.1:%d" % self.port, b"Connection: close"]
            lines += [b"%s: %s" % header for header in headers]
            connection.sendall(b"\r\n".join([*lines, b"", b""]))
            response = http.client.HTTPResponse(connection)
            response.begin()
            url = f"http://127.0.0.1:{self.port}{target.decode('latin-1')}"
            return Answer(url, response.status, response.headers, response.read())


@contextmanager
def running(module: str, interface: str, packages: Sequence[str]) -> Iterator[Server]:
    """Serve the app of a module in a process of its own. Raises NotInstalledError where a package is missing."""
    for package in packages:
        import_optional(package, package, f"pip install {package}")
    command = [sys.executable, "-m", "tests.web.serve", module, interface]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline()
            assert port, f"{module} does not start"
            yield Server(int(port))
        finally:
            process.terminate()


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
