"""A real server of the MongoDB wire protocol for the tests.

``QLAUSE_MONGODB_URL`` names any running server. Without it, FerretDB v1 with its SQLite handler is started on loopback
and a free port (``ferretdb/main.go``; nothing is reported anywhere), from the binary that
``python -m engines.mongodb.server`` builds with the go command and puts in the user's cache, or that
``QLAUSE_FERRETDB`` names.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

__all__ = ["build", "database", "is_ferretdb"]

_SOURCE: Final = Path(__file__).parent / "ferretdb"
_HOW: Final = (
    "no MongoDB server: install the extra test, and run `python -m engines.mongodb.server` (it needs go) "
    "or set QLAUSE_MONGODB_URL to a running server"
)


def _binary() -> Path:
    named = os.environ.get("QLAUSE_FERRETDB")
    if named:
        return Path(named)
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "qlause" / "ferretdb-v1.24.2"


def build() -> Path:
    """Build the server unless it is there. Raises CalledProcessError where go cannot, OSError where there is no go."""
    binary = _binary()
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
            built = Path(folder) / binary.name
            # go marks what it builds with the state of the repository, which is not always one.
            subprocess.run(["go", "build", "-buildvcs=false", "-o", str(built), "."], cwd=_SOURCE, check=True)
            built.rename(binary)
    return binary


@cache
def _url() -> str | None:
    """The URL of the server, started at the first call; None where there is none."""
    url = os.environ.get("QLAUSE_MONGODB_URL")
    if url:
        return url
    if not _binary().exists():
        return None
    folder = tempfile.mkdtemp(prefix="qlause-ferretdb-")
    server = subprocess.Popen([_binary(), folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_stop, server, folder)
    assert server.stdout is not None
    return server.stdout.readline().strip()


def _stop(server: subprocess.Popen[str], folder: str) -> None:
    server.communicate()  # it ends with its standard input
    shutil.rmtree(folder, ignore_errors=True)


@cache
def _client() -> Any:
    try:
        import pymongo
    except ImportError:
        return None
    url = _url()
    return None if url is None else pymongo.MongoClient(url, uuidRepresentation="standard", tz_aware=True)


@cache
def database() -> Any:
    """An empty database of this process. Where there is no server the test is skipped, or fails in CI."""
    client = _client()
    if client is None:
        if os.environ.get("QLAUSE_REQUIRE_ENGINES") == "1":
            pytest.fail(_HOW)
        pytest.skip(_HOW)
    name = f"qlause_test_{os.getpid()}"
    client.drop_database(name)
    atexit.register(client.drop_database, name)
    return client[name]


@cache
def is_ferretdb() -> bool:
    """Whether the server is FerretDB, which is not right about MongoDB everywhere."""
    return "ferretdbVersion" in database().client.admin.command("buildInfo")


if __name__ == "__main__":
    print(build())
