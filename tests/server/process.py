"""A real ``qlause serve`` on loopback, and requests to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from engines.missing import import_optional

__all__ = ["CONTACTS", "ORDERS", "Answer", "Serve", "Server", "need_packages", "refusal"]

_EXAMPLES: Final = Path(__file__).parents[2] / "examples"
ORDERS: Final = str(_EXAMPLES / "orders.csv")
CONTACTS: Final = str(_EXAMPLES / "contact-assignments.json")


def need_packages() -> None:
    """Raise NotInstalledError where the server cannot run."""
    for name in ("orjson", "starlette", "uvicorn", "sqlalchemy"):
        import_optional(name, "the server", "pip install 'qlause[serve]'")


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """The process; ``start`` has returned once it answers."""

    def __init__(self, argv: list[str], folder: Path) -> None:
        self._errors = folder / f"errors-{os.urandom(4).hex()}"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qlause", "serve", "--port", "0", *argv],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ | {"TMPDIR": str(folder)},
            )
        assert self.process.stdout is not None
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())
            if line.startswith(b"the page: "):
                break
        else:
            raise AssertionError(f"it did not start: {self.errors}")
        self.url = self.lines[-1].split()[2].rstrip("/")

    @property
    def errors(self) -> str:
        """What it has printed on the standard error."""
        return self._errors.read_text(encoding="utf-8")

    def get(self, target: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """Send a request. ``target`` is sent as it is, but for characters that no request line can hold."""
        address = urlsplit(self.url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            connection.request(method, quote(target, safe="/?&=%:~()<>*$\"',+"), headers=dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def stop(self) -> int:
        """Stop it as a service manager does, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


Serve = Callable[..., Server]


def refusal(*argv: str) -> str:
    """The one line with which the server does not start."""
    need_packages()
    done = subprocess.run(
        [sys.executable, "-m", "qlause", "serve", "--port", "0", *argv],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr
