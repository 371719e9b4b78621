"""A server of MongoDB's protocol.

``QLAUSE_MONGODB_URL`` names any running server. Without it, FerretDB v1 with its SQLite handler is started on loopback
and a free port (``ferretdb/main.go``; it reports nothing to anybody). ``python -m engines.mongodb`` builds its binary
with the go command, into the user's cache; ``QLAUSE_FERRETDB`` names another binary.
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

from engines.missing import NotInstalledError, import_optional

__all__ = ["build", "database", "is_ferretdb", "is_installed"]

_SOURCE: Final = Path(__file__).parent / "ferretdb"
_REMEDY: Final = "python -m engines.mongodb builds FerretDB (it needs go), or set QLAUSE_MONGODB_URL"


def _binary() -> Path:
    named = os.environ.get("QLAUSE_FERRETDB")
    if named:
        return Path(named)
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "qlause" / "ferretdb-v1.24.2"


def build() -> Path:
    """Build FerretDB unless it is there. Raises CalledProcessError if go fails, OSError without go."""
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
def database() -> Any:
    """An empty database of this process. Raises NotInstalledError without a server or pymongo."""
    pymongo = import_optional("pymongo", "mongodb server", "pip install pymongo")
    url = _url()
    if url is None:
        raise NotInstalledError("mongodb server", _REMEDY)
    client = pymongo.MongoClient(url, uuidRepresentation="standard", tz_aware=True)
    name = f"qlause_test_{os.getpid()}"
    client.drop_database(name)
    atexit.register(client.drop_database, name)
    return client[name]


def is_installed() -> bool:
    """Whether there is a server, or a binary to start one."""
    return bool(os.environ.get("QLAUSE_MONGODB_URL")) or _binary().exists()


@cache
def is_ferretdb() -> bool:
    """Whether the server is FerretDB, which differs from MongoDB in places."""
    return "ferretdbVersion" in database().client.admin.command("buildInfo")
