"""The databases of the SQL tests, opened by SQLAlchemy and by Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Literal, TypeAlias

import psycopg
import pymysql  # type: ignore[import-untyped]  # has no types
import sqlalchemy
from django.conf import settings
from django.db import connections
from sqlalchemy.pool import StaticPool

from engines import servers
from examples.shop import setup

from .sqlalchemy_tables import Base

__all__ = ["HOSTED", "Hosted", "django_alias", "engine"]

Hosted: TypeAlias = Literal["sqlite", "postgresql", "mariadb"]


def _postgresql() -> Any:
    return psycopg.connect(servers.postgresql().info.dsn)


def _mariadb() -> Any:
    return pymysql.connect(**_mariadb_server(), charset="utf8mb4")


def _mariadb_server() -> dict[str, Any]:
    known = servers.mariadb()
    with known.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        ((database,),) = cursor.fetchall()
    user, password = (known.user or b"").decode(), (known.password or b"").decode()
    return {"host": known.host, "port": known.port, "user": user, "password": password, "database": database}


_CONNECT: Final[Mapping[Hosted, Callable[[], Any]]] = {"postgresql": _postgresql, "mariadb": _mariadb}
_URLS: Final = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://", "mariadb": "mariadb+pymysql://"}
HOSTED: Final[tuple[Hosted, ...]] = ("sqlite", "postgresql", "mariadb")


@cache
def engine(name: Hosted) -> sqlalchemy.Engine:
    """The database through SQLAlchemy, with empty tables. Skips the test where there is no server."""
    found = sqlalchemy.create_engine(_URLS[name], poolclass=StaticPool, **_creator(name))
    Base.metadata.drop_all(found)
    Base.metadata.create_all(found)
    return found


def _creator(name: Hosted) -> dict[str, Any]:
    if name == "sqlite":
        return {"connect_args": {"check_same_thread": False}}
    _CONNECT[name]().close()  # so that a test is skipped here
    return {"creator": _CONNECT[name]}


@cache
def django_alias(name: Hosted) -> str:
    """The alias of the database in Django, with empty tables. Skips the test where there is no server."""
    _settings()
    if name == "postgresql":
        info = servers.postgresql().info
        _add(name, NAME=info.dbname, HOST=info.host, PORT=info.port, USER=info.user, PASSWORD=info.password)
    elif name == "mariadb":
        _add(name, **{{"database": "NAME"}.get(key, key.upper()): value for key, value in _mariadb_server().items()})
    alias = "default" if name == "sqlite" else name
    from examples.shop.models import Customer, Line, Order

    from .django_documents import Document

    with connections[alias].schema_editor() as editor:
        for model in (Document, Customer, Order, Line):
            if model._meta.db_table not in connections[alias].introspection.table_names():
                editor.create_model(model)
    return alias


@cache
def _settings() -> None:
    pymysql.version_info = (2, 2, 1, "final", 0)  # Django asks for mysqlclient, which PyMySQL stands in for
    pymysql.install_as_MySQLdb()
    setup()


def _add(name: Hosted, **where: Any) -> None:
    kind = {"postgresql": "postgresql", "mariadb": "mysql"}[name]
    databases = {**settings.DATABASES, name: {"ENGINE": f"django.db.backends.{kind}", **where}}
    connections.settings[name] = connections.configure_settings(databases)[name]
