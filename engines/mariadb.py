"""MariaDB: the server that ``QLAUSE_MARIADB_URL`` names, or the installed one, started here."""

from __future__ import annotations

import os
import shutil
from functools import cache
from typing import Any, Final

from .database import Database
from .missing import NotInstalledError
from .mysql_protocol import connect, driver, through_pymysql
from .server_process import ServerFolder, free_port

__all__ = ["DRIVER", "open_database", "server"]

DRIVER: Final = "pymysql"

_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


@cache
def server() -> Any:
    """A connection to a database of its own. Raises NotInstalledError without a server or PyMySQL."""
    driver("mariadb")  # no server is started that cannot be reached
    return connect("mariadb", os.environ.get("QLAUSE_MARIADB_URL") or _start())


def _start() -> str:
    """Start a server, and return its URL."""
    binary, install = shutil.which("mariadbd", path=_PATH), shutil.which("mariadb-install-db", path=_PATH)
    if binary is None or install is None:
        raise NotInstalledError("mariadb", "apt-get install mariadb-server, or set QLAUSE_MARIADB_URL")
    port, home = free_port(), ServerFolder("mysql")
    home.run(
        [
            *(install, "--no-defaults", f"--datadir={home.data}", "--auth-root-authentication-method=normal"),
            f"--tmpdir={home.data}",  # processes that install side by side would meet in the usual one
        ]
    )
    home.serve(
        [
            *(binary, "--no-defaults", f"--datadir={home.data}", f"--socket={home.data}/socket", f"--port={port}"),
            *("--bind-address=127.0.0.1", f"--tmpdir={home.data}", "--innodb-flush-log-at-trx-commit=0"),
        ]
    )
    return f"mysql://root@127.0.0.1:{port}/"


def open_database() -> Database:
    """The server's own database. Raises NotInstalledError without a server or PyMySQL."""
    return through_pymysql("mariadb", server())
