"""The SQL engines as SQLAlchemy and Django open them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import sqlalchemy
from django.conf import settings
from django.db import connections
from sqlalchemy.pool import StaticPool

from examples.shop import setup

from . import mariadb, mysql, mysql_protocol, postgresql

__all__ = ["ORM_DIALECTS", "OrmDialect", "django_alias", "sqlalchemy_engine"]

OrmDialect: TypeAlias = Literal["sqlite", "postgresql", "mariadb", "mysql"]
ORM_DIALECTS: Final[tuple[OrmDialect, ...]] = ("sqlite", "postgresql", "mariadb", "mysql")
_URLS: Final[Mapping[OrmDialect, str]] = {
    "sqlite": "sqlite://",
    "postgresql": "postgresql+psycopg://",
    "mariadb": "mariadb+pymysql://",
    "mysql": "mysql+pymysql://",
}


@cache
def sqlalchemy_engine(dialect: OrmDialect) -> sqlalchemy.Engine:
    """The database through SQLAlchemy, on one connection. Raises NotInstalledError without a server or its driver."""
    arguments: dict[str, Any]
    if dialect == "sqlite":
        arguments = {"connect_args": {"check_same_thread": False}}
    else:
        connect = _CONNECT[dialect]
        connect().close()  # a missing server is told of here, not by SQLAlchemy
        arguments = {"creator": connect}
    return sqlalchemy.create_engine(_URLS[dialect], poolclass=StaticPool, **arguments)


def _connect_postgresql() -> Any:
    return type(postgresql.server()).connect(**postgresql.address())


def _connect_mariadb() -> Any:
    return mysql_protocol.driver("mariadb").connect(**mysql_protocol.address(mariadb.server()), charset="utf8mb4")


def _connect_mysql() -> Any:
    return mysql_protocol.driver("mysql").connect(**mysql_protocol.address(mysql.server()), charset="utf8mb4")


_CONNECT: Final[Mapping[OrmDialect, Callable[[], Any]]] = {
    "postgresql": _connect_postgresql,
    "mariadb": _connect_mariadb,
    "mysql": _connect_mysql,
}


@cache
def django_alias(dialect: OrmDialect) -> str:
    """The alias of the database in Django. Raises NotInstalledError without a server or its driver."""
    _set_up_django()
    if dialect == "sqlite":
        return "default"
    if dialect == "postgresql":
        _add_connection(dialect, "postgresql", postgresql.address(), "dbname")
    else:
        server = mariadb.server() if dialect == "mariadb" else mysql.server()
        driver, address = mysql_protocol.driver(dialect), mysql_protocol.address(server)
        driver.version_info = (2, 2, 1, "final", 0)  # Django asks for mysqlclient, which PyMySQL replaces
        driver.install_as_MySQLdb()
        _add_connection(dialect, "mysql", address, "database")
    return dialect


@cache
def _set_up_django() -> None:
    setup()


def _add_connection(alias: str, engine: str, address: Mapping[str, Any], name: str) -> None:
    """Tell Django of a database; the address has the database's name under ``name``."""
    upper = {"NAME" if key == name else key.upper(): value for key, value in address.items()}
    databases = {**settings.DATABASES, alias: {"ENGINE": f"django.db.backends.{engine}", **upper}}
    connections.settings[alias] = connections.configure_settings(databases)[alias]
