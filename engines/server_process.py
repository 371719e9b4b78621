"""Server processes: each with data in a temporary folder, on loopback and a free port, stopped when Python ends."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

__all__ = ["ServerFolder", "cache_folder", "connect_patiently", "free_port"]

_PATIENCE: Final = 60  # seconds until a server that was started must answer
_TO_END: Final = 2  # seconds until a server is killed; pytest-xdist kills a worker that takes long to end
_T = TypeVar("_T")


def cache_folder(name: str) -> Path:
    """Where an engine that is built or unpacked here is kept for the next run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qlause" / name


class ServerFolder:
    """A temporary folder for the data of one server, and the commands that run in it.

    Servers refuse to run as root, so root runs them as ``user``, the user of the server's package.
    """

    def __init__(self, user: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="qlause-")
        self._server: subprocess.Popen[bytes] | None = None
        self.data = str(Path(self.folder, "data"))
        Path(self.data).mkdir(mode=0o700)
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam(user)
            Path(self.folder).chmod(0o755)
            os.chown(self.data, account.pw_uid, account.pw_gid)
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()}
        atexit.register(self._end)

    def run(self, command: Sequence[object]) -> None:
        """Run a command to its end."""
        done = subprocess.run(
            list(map(str, command)), cwd=self.data, capture_output=True, text=True, check=False, **self.user
        )
        assert done.returncode == 0, done.stderr

    def serve(self, command: Sequence[object]) -> None:
        """Start a server; it is stopped when Python ends."""
        with Path(self.folder, "log").open("wb") as log:
            self._server = subprocess.Popen(
                list(map(str, command)), cwd=self.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.user
            )

    def _end(self) -> None:
        """Stop the server, then remove what it has written."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)  # at once: PostgreSQL would wait for its clients otherwise
            try:
                self._server.wait(_TO_END)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def connect_patiently(connect: Callable[[], _T], error: type[Exception]) -> _T:
    """Connect as soon as the server answers. Raises ``error`` if it does not within a minute."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return connect()
        except error:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
