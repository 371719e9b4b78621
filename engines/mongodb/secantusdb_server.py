"""SecantusDB: a server of MongoDB's protocol in Python, in a virtual environment of its own.

Its licence is the GPL. So nothing here imports it: it is a process of its own, which the tests reach over its port.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from engines.server_process import ServerFolder, cache_folder, free_port

__all__ = ["REMEDY", "install", "program", "start"]

REMEDY: Final = "python -m engines.mongodb installs SecantusDB, or set QLAUSE_MONGODB_URL"

_VERSION: Final = "0.7.0b3"


def _environment() -> Path:
    return cache_folder(f"secantusdb-{_VERSION}")


def program() -> Path:
    """Where the Python is that has it, once it is installed."""
    return _environment() / "bin" / "python"


def install() -> Path:
    """Install it unless it is there. Raises CalledProcessError if pip fails."""
    if not program().exists():
        home = _environment().parent
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as folder:
            made = Path(folder, "environment")
            subprocess.run([sys.executable, "-m", "venv", made], check=True)
            pip = [str(made / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, f"secantusdb=={_VERSION}"], check=True)
            made.rename(_environment())
    return program()


def start() -> str:
    """Start it on loopback and a free port, and return its URL. A client waits until it answers."""
    port, home = free_port(), ServerFolder("root")  # the cache of a user is often closed to others
    options = ["--standalone", "--host=127.0.0.1", f"--port={port}", f"--storage-path={home.data}"]
    home.serve([program(), "-m", "secantus", *options, "--cache-size=128M", "--log-level=ERROR"])
    return f"mongodb://127.0.0.1:{port}/"
