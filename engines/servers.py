"""Database servers for the tests: reached where an environment variable says, or started here.

A server that is started is the installed one, on loopback, a free port and data of its own in a temporary folder; it is
stopped when the tests end. PostgreSQL refuses to run as root, so root starts it as the user of the package.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import quote, unquote, urlsplit

import pytest

__all__ = ["mariadb", "mysql", "mysql_database", "postgresql", "postgresql_database", "unavailable"]

_PATIENCE: Final = 60  # seconds until a server that was started must answer
_T = TypeVar("_T")


def unavailable(engine: str, how: str, *, required: bool = True) -> NoReturn:
    """Skip a test whose engine is not there, or fail it where all must be (QLAUSE_REQUIRE_ENGINES=1)."""
    message = f"no {engine}: {how}"
    if required and os.environ.get("QLAUSE_REQUIRE_ENGINES") == "1":
        pytest.fail(message)
    pytest.skip(message)


@cache
def postgresql() -> Any:
    """A connection to PostgreSQL that commits by itself."""
    try:
        import psycopg
    except ImportError:
        unavailable("PostgreSQL driver", "pip install 'psycopg[binary]'")
    url = os.environ.get("QLAUSE_POSTGRESQL_URL")
    if url is None:
        packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        binaries = packaged[-1] if packaged else Path(shutil.which("initdb") or "/").parent
        initdb, postgres = binaries / "initdb", binaries / "postgres"
        if not postgres.exists():
            unavailable("PostgreSQL", "apt-get install postgresql, or set QLAUSE_POSTGRESQL_URL")
        port, home = _free_port(), _Home("postgres")
        home.run([initdb, "-D", home.data, "-U", "qlause", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        home.serve(
            [
                *(postgres, "-D", home.data, "-p", port, "-h", "127.0.0.1", "-k", home.data),
                *("-c", "fsync=off", "-c", "full_page_writes=off"),
            ]
        )
        url = f"postgresql://qlause@127.0.0.1:{port}/postgres"
    return _patiently(lambda: psycopg.connect(url, autocommit=True), psycopg.OperationalError)


@cache
def postgresql_database(name: str, options: str = "") -> Any:
    """A connection to a database of its own in the same server, made with options of CREATE DATABASE."""
    known = postgresql()
    database = f"qlause_{name}_{os.getpid()}"
    known.execute(f"CREATE DATABASE {database} TEMPLATE template0 {options}")
    atexit.register(known.execute, f"DROP DATABASE {database} WITH (FORCE)")
    where = {"host": known.info.host, "port": known.info.port, "user": known.info.user}
    return type(known).connect(**where, password=known.info.password or None, dbname=database, autocommit=True)


@cache
def mariadb() -> Any:
    """A connection to MariaDB that commits by itself, to a database of its own."""
    url = os.environ.get("QLAUSE_MARIADB_URL")
    if url is not None:
        return _mysql_connection(url)
    server, install = shutil.which("mariadbd", path=_PATH), shutil.which("mariadb-install-db", path=_PATH)
    if server is None or install is None:
        unavailable("MariaDB", "apt-get install mariadb-server, or set QLAUSE_MARIADB_URL")
    port, home = _free_port(), _Home("mysql")
    home.run(
        [
            *(install, "--no-defaults", f"--datadir={home.data}", "--auth-root-authentication-method=normal"),
            f"--tmpdir={home.data}",  # tests that run side by side would meet in the usual one
        ]
    )
    home.serve(
        [
            *(server, "--no-defaults", f"--datadir={home.data}", f"--socket={home.data}/socket", f"--port={port}"),
            *("--bind-address=127.0.0.1", f"--tmpdir={home.data}", "--innodb-flush-log-at-trx-commit=0"),
        ]
    )
    return _mysql_connection(f"mysql://root@127.0.0.1:{port}/")


@cache
def mysql() -> Any:
    """A connection to MySQL, which has no Debian package: it must be running somewhere."""
    url = os.environ.get("QLAUSE_MYSQL_URL")
    if url is None:
        unavailable("MySQL", "set QLAUSE_MYSQL_URL, as in mysql://user:password@host:3306/", required=False)
    return _mysql_connection(url)


def mysql_database(known: Any, name: str) -> Any:
    """A connection to a database of its own in the same server, MariaDB or MySQL."""
    user, password = (quote((part or b"").decode(), safe="") for part in (known.user, known.password))
    return _mysql_connection(f"mysql://{user}:{password}@{known.host}:{known.port}/", f"_{name}")


def _mysql_connection(url: str, suffix: str = "") -> Any:
    try:
        import pymysql  # type: ignore[import-untyped]  # has no types
    except ImportError:
        unavailable("MariaDB driver", "pip install pymysql")
    parts = urlsplit(url)
    connection = _patiently(
        lambda: pymysql.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or ""),
            charset="utf8mb4",
            autocommit=True,
        ),
        pymysql.err.OperationalError,
    )
    database = f"qlause_{os.getpid()}{suffix}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
    connection.select_db(database)
    atexit.register(_drop, connection, database)
    return connection


def _drop(connection: Any, database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {database}")


_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


class _Home:
    """A temporary folder that belongs to the user who runs a server, and what runs in it."""

    def __init__(self, user: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="qlause-")
        self.data = str(Path(self.folder, "data"))
        Path(self.data).mkdir(mode=0o700)
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam(user)
            Path(self.folder).chmod(0o755)
            os.chown(self.data, account.pw_uid, account.pw_gid)
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": ()}
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)

    def run(self, command: Sequence[object]) -> None:
        found = subprocess.run(
            list(map(str, command)), cwd=self.data, capture_output=True, text=True, check=False, **self.user
        )
        assert found.returncode == 0, found.stderr

    def serve(self, command: Sequence[object]) -> None:
        with Path(self.folder, "log").open("wb") as log:
            process = subprocess.Popen(
                list(map(str, command)), cwd=self.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.user
            )
        atexit.register(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _patiently(connect: Callable[[], _T], error: type[Exception]) -> _T:
    """Connect as soon as the server answers."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return connect()
        except error:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
