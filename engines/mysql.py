"""MySQL, which has no Debian package: the server that ``QLAUSE_MYSQL_URL`` names."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Final

from qlause.backends.sql.dialects import DIALECTS

from .database import Database
from .missing import NotInstalledError
from .mysql_protocol import connect, through_pymysql

__all__ = ["DRIVER", "open_database", "server"]

DRIVER: Final = "pymysql"


@cache
def server() -> Any:
    """A connection to a database of its own. Raises NotInstalledError without a server or PyMySQL."""
    url = os.environ.get("QLAUSE_MYSQL_URL")
    if url is None:
        remedy = "set QLAUSE_MYSQL_URL, as in mysql://user:password@host:3306/"
        raise NotInstalledError("mysql", remedy, required=DIALECTS["mysql"].in_ci)
    return connect("mysql", url)


def open_database() -> Database:
    """The server's own database. Raises NotInstalledError without a server or PyMySQL."""
    return through_pymysql("mysql", server())
