"""Servers of MongoDB's protocol: FerretDB and SecantusDB, started on loopback, or any one that ``QLAUSE_MONGODB_URL``
names, which then takes the place of both.
"""

from __future__ import annotations

import atexit
import os
from functools import cache
from types import ModuleType
from typing import Any, Final, Literal, TypeAlias

from engines.missing import NotInstalledError, import_optional

from . import ferretdb_server, secantusdb_server

__all__ = ["SERVERS", "ServerName", "database", "install", "is_installed", "version"]

ServerName: TypeAlias = Literal["ferretdb", "secantusdb", "named"]

_NAMED: Final = os.environ.get("QLAUSE_MONGODB_URL")
SERVERS: Final[tuple[ServerName, ...]] = ("named",) if _NAMED else ("ferretdb", "secantusdb")
"""Those that the tests ask."""
_STARTED: Final[dict[ServerName, ModuleType]] = {"ferretdb": ferretdb_server, "secantusdb": secantusdb_server}


def install() -> list[str]:
    """Build or install what is started here, unless it is there, and say where it is."""
    return [str(module.install()) for module in _STARTED.values()]


def is_installed(server: ServerName) -> bool:
    """Whether there is a server, or a program to start one."""
    return server == "named" or bool(_STARTED[server].program().exists())


@cache
def database(server: ServerName = SERVERS[0]) -> Any:
    """An empty database of this process. Raises NotInstalledError without a server or pymongo."""
    pymongo = import_optional("pymongo", "mongodb server", "pip install pymongo")
    if not is_installed(server):
        raise NotInstalledError(server, _STARTED[server].REMEDY)
    url = _NAMED if server == "named" else _STARTED[server].start()
    client = pymongo.MongoClient(url, uuidRepresentation="standard", tz_aware=True)
    name = f"qlause_test_{os.getpid()}"
    client.drop_database(name)
    atexit.register(client.drop_database, name)
    return client[name]


@cache
def version(server: ServerName) -> str:
    """What the server says that it is. Raises NotInstalledError where there is none."""
    told = database(server).client.admin.command("buildInfo")
    if told.get("ferretdbVersion") == "unknown":  # built from a module, it does not know
        return ferretdb_server.program().name.removeprefix("ferretdb-")
    return str(told.get("ferretdbVersion") or told.get("secantusVersion") or told["version"])
