"""MySQL: the server that ``QLAUSE_MYSQL_URL`` names, or an unpacked one, started here.

Debian has MySQL in its development branch only. ``python -m engines.mysql`` fetches the server and the libraries that
it runs with, unpacks them into the user's cache and prints where. Nothing is installed, so any user can do it, and the
packages of the machine stay as they are. apt checks the signatures.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from .database import Database
from .missing import NotInstalledError
from .mysql_protocol import connect, driver, through_pymysql
from .server_process import ServerFolder, cache_folder, free_port

__all__ = ["DRIVER", "install", "open_database", "server"]

DRIVER: Final = "pymysql"

_BRANCH: Final = "sid"
_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"
_REMEDY: Final = "python -m engines.mysql fetches it (it needs apt), or set QLAUSE_MYSQL_URL"


def _root() -> Path:
    """Where the packages are unpacked."""
    return cache_folder("mysql")


def install() -> Path:
    """Unpack the server unless it is there. Raises CalledProcessError if apt fails, OSError without apt."""
    root = _root()
    if not root.exists():
        root.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root.parent) as folder:
            unpacked = Path(folder, "root")
            for package in _download(Path(folder)):
                subprocess.run(["dpkg", "-x", package, unpacked], check=True)
            unpacked.rename(root)
    return root


def _download(folder: Path) -> list[Path]:
    """The packages of the server and of all that it needs, the C library too, from the machine's own source."""
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    sources = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    )
    source = folder / "branch.list"
    source.write_text(f"deb [signed-by={_KEYRING}] {sources.stdout.split()[0]} {_BRANCH} main\n", "ascii")
    options = {
        "Dir::State": folder,
        "Dir::State::status": "/dev/null",  # as if nothing were installed
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "/dev/null",
        "Debug::NoLocking": "true",  # the lock is that of the installed packages, which are left alone
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "--quiet", "--quiet", *(f"--option={name}={value}" for name, value in options.items())]
    subprocess.run([*apt, "update"], check=True)
    download = ["install", "--yes", "--download-only", "--no-install-recommends", "mysql-server-core"]
    subprocess.run([*apt, *download], check=True)
    return sorted((folder / "cache" / "archives").glob("*.deb"))


@cache
def server() -> Any:
    """A connection to a database of its own. Raises NotInstalledError without a server or PyMySQL."""
    driver("mysql")  # no server is started that cannot be reached
    return connect("mysql", os.environ.get("QLAUSE_MYSQL_URL") or _start())


def _start() -> str:
    """Start a server, and return its URL."""
    root = _root()
    if not root.exists():
        raise NotInstalledError("mysql", _REMEDY)
    # The server runs with the libraries that were unpacked with it, not with those of the machine.
    (loader,) = root.glob("usr/lib/*/ld-linux-*.so.*")
    port, home = free_port(), ServerFolder("root")  # the cache of a user is often closed to others
    command = [
        *(loader, "--library-path", loader.parent, root / "usr/sbin/mysqld", "--no-defaults", "--user=root"),
        *(f"--basedir={root}/usr", f"--datadir={home.data}", "--secure-file-priv=NULL"),
    ]
    home.run([*command, "--initialize-insecure"])
    home.serve(
        [
            *(*command, "--bind-address=127.0.0.1", f"--port={port}", f"--socket={home.folder}/socket"),
            *("--mysqlx=OFF", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=OFF"),
        ]
    )
    return f"mysql://root@127.0.0.1:{port}/"


def open_database() -> Database:
    """The server's own database. Raises NotInstalledError without a server or PyMySQL."""
    return through_pymysql("mysql", server())


if __name__ == "__main__":
    print(install())
