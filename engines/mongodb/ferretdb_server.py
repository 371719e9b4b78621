"""FerretDB v1 with its SQLite handler, built here (``ferretdb/main.go``). It reports nothing to anybody."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from engines.server_process import cache_folder

__all__ = ["REMEDY", "install", "program", "start"]

REMEDY: Final = "python -m engines.mongodb builds FerretDB (it needs go), or set QLAUSE_MONGODB_URL"

_SOURCE: Final = Path(__file__).parent / "ferretdb"


def program() -> Path:
    """Where the binary is, once it is built. ``QLAUSE_FERRETDB`` names another one."""
    named = os.environ.get("QLAUSE_FERRETDB")
    if named:
        return Path(named)
    return cache_folder("ferretdb-v1.24.2")


def install() -> Path:
    """Build it unless it is there. Raises CalledProcessError if go fails, OSError without go."""
    binary = program()
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
            built = Path(folder) / binary.name
            # go marks what it builds with the state of the repository, which is not always one.
            subprocess.run(["go", "build", "-buildvcs=false", "-o", str(built), "."], cwd=_SOURCE, check=True)
            built.rename(binary)
    return binary


def start() -> str:
    """Start it on loopback and a free port, and return its URL."""
    folder = tempfile.mkdtemp(prefix="qlause-ferretdb-")
    server = subprocess.Popen([program(), folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_stop, server, folder)
    assert server.stdout is not None
    return server.stdout.readline().strip()


def _stop(server: subprocess.Popen[str], folder: str) -> None:
    server.kill()  # its data go with the folder; it would take seconds to end by itself
    server.communicate()
    shutil.rmtree(folder, ignore_errors=True)
