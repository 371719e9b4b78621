"""The contacts in every storage: each gives the function that answers a request."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

import sqlalchemy
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

import qlause
from engines import mariadb, mysql, mysql_protocol, postgresql
from engines.missing import import_optional
from engines.mongodb.server import database as mongodb
from engines.orm import OrmDialect, django_alias, sqlalchemy_engine
from qlause import Listing, ListRequest, Page, mongo, python, sql
from qlause.sql import DialectName

from .contacts import DOCUMENTS, FIELDS, listings_of

__all__ = ["LISTINGS", "STORAGES", "Answer"]

Answer: TypeAlias = Callable[[ListRequest], Page]
_NAMES: Final = {"id": "id", "name": "full_name", "qty": "qty", "status": "status", "at": "at", "data": "data"}
"""The columns of the fields, under names of their own in part."""


def _columns() -> dict[str, Any]:
    fields = {name: {**field, "column": _NAMES[name]} for name, field in FIELDS.items() if name in _NAMES}
    fields |= {name: field for name, field in FIELDS.items() if name.startswith("data.")}
    return {**fields, "secret": {**FIELDS["secret"], "column": "secret"}}


def _stored() -> dict[str, Any]:
    return {
        name: {**field, "stored": f"stored.{_NAMES[name]}"} if name in ("name", "qty") else field
        for name, field in FIELDS.items()
    }


LISTINGS: Final[Mapping[str, Mapping[str, Listing]]] = {
    "documents": listings_of(FIELDS),
    "columns": listings_of(_columns()),
    "stored": listings_of(_stored()),
}
_ROWS: Final = [{**{_NAMES.get(name, name): value for name, value in each.items()}} for each in DOCUMENTS]


def _in_python() -> Answer:
    return lambda request: python.page(DOCUMENTS, request)


def _renamed_in_python() -> Answer:
    documents = [
        {
            **{name: value for name, value in each.items() if name not in ("name", "qty")},
            "stored": {"full_name": each["name"], "qty": each["qty"], "other": 1},
        }
        for each in DOCUMENTS
    ]
    return lambda request: python.page(documents, request)


def _in_dbapi(connection: Any, dialect: DialectName, types: Mapping[str, str], mark: str = "?") -> Answer:
    quote = "`" if dialect in ("mariadb", "mysql") else '"'
    cursor = connection.cursor()
    columns = ", ".join(f"{quote}{name}{quote} {types[name]}" for name in _ROWS[0])
    options = " CHARACTER SET utf8mb4" if dialect in ("mariadb", "mysql") else ""
    cursor.execute("DROP TABLE IF EXISTS listed_contacts")
    cursor.execute(f"CREATE TABLE listed_contacts ({columns}){options}")
    for row in _ROWS:
        values = [json.dumps(value) if isinstance(value, dict) else value for value in row.values()]
        cursor.execute(f"INSERT INTO listed_contacts VALUES ({', '.join([mark] * len(values))})", values)
    return lambda request: sql.page(connection, request, "listed_contacts", dialect)


def _types(text: str, json_type: str) -> dict[str, str]:
    others = dict.fromkeys(["full_name", "status", "at", "secret"], text)
    return {"id": "BIGINT", "qty": "BIGINT", "data": json_type, **others}


def _in_sqlite() -> Answer:
    return _in_dbapi(sqlite3.connect(":memory:", check_same_thread=False), "sqlite", _types("TEXT", "TEXT"))


def _in_sqlite_rows() -> Answer:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return _in_dbapi(connection, "sqlite", _types("TEXT", "TEXT"))


def _in_sqlite_documents() -> Answer:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.execute("CREATE TABLE listed_documents (doc TEXT)")
    connection.executemany("INSERT INTO listed_documents VALUES (?)", [(json.dumps(each),) for each in DOCUMENTS])
    return lambda request: sql.page(connection, request, "listed_documents", "sqlite")


def _in_duckdb() -> Answer:
    duckdb = import_optional("duckdb", "duckdb", "pip install duckdb")
    return _in_dbapi(duckdb.connect(":memory:"), "duckdb", _types("VARCHAR", "JSON"))


def _in_postgresql() -> Answer:
    return _in_dbapi(postgresql.server(), "postgresql", _types("text", "jsonb"), "%s")


def _in_mariadb() -> Answer:
    connection = mysql_protocol.driver("mariadb").connect(**mysql_protocol.address(mariadb.server()), charset="utf8mb4")
    return _in_dbapi(connection, "mariadb", _types("TEXT", "JSON"), "%s")


def _in_mysql() -> Answer:
    connection = mysql_protocol.driver("mysql").connect(**mysql_protocol.address(mysql.server()), charset="utf8mb4")
    return _in_dbapi(connection, "mysql", _types("TEXT", "JSON"), "%s")


class _Base(orm.DeclarativeBase):
    pass


class _Contact(_Base):
    __tablename__ = "orm_contacts"
    id: orm.Mapped[int] = orm.mapped_column(sqlalchemy.BigInteger, primary_key=True)
    full_name: orm.Mapped[str | None] = orm.mapped_column(sqlalchemy.Text)
    qty: orm.Mapped[int | None] = orm.mapped_column(sqlalchemy.BigInteger)
    status: orm.Mapped[str | None] = orm.mapped_column(sqlalchemy.Text)
    at: orm.Mapped[str | None] = orm.mapped_column(sqlalchemy.Text)
    data: orm.Mapped[Any] = orm.mapped_column(sqlalchemy.JSON(none_as_null=True), nullable=True)
    secret: orm.Mapped[str] = orm.mapped_column(sqlalchemy.Text)


def _in_sqlalchemy(dialect: OrmDialect) -> Answer:
    session = orm.Session(sqlalchemy_engine(dialect))
    _Base.metadata.drop_all(session.connection())
    _Base.metadata.create_all(session.connection())
    session.add_all([_Contact(**row) for row in _ROWS])
    session.flush()
    session.expunge_all()
    return lambda request: qlause.sqlalchemy.page(session, sqlalchemy.select(_Contact), request)


def _in_sqlalchemy_core() -> Answer:
    connection = sqlalchemy.create_engine("sqlite://").connect()
    _Base.metadata.create_all(connection)
    connection.execute(sqlalchemy.insert(_Contact), _ROWS)
    return lambda request: qlause.sqlalchemy.page(connection, _Contact.__table__, request)


def _in_sqlalchemy_async() -> Answer:
    import_optional("aiosqlite", "aiosqlite", "pip install aiosqlite")

    async def answer(request: ListRequest) -> Page:
        engine = create_async_engine("sqlite+aiosqlite://")
        async with AsyncSession(engine) as session:
            await (await session.connection()).run_sync(_Base.metadata.create_all)
            session.add_all([_Contact(**row) for row in _ROWS])
            await session.flush()
            page = await qlause.sqlalchemy.apage(session, _Contact, request)
        await engine.dispose()
        return page

    return lambda request: asyncio.run(answer(request))


@cache
def _django_model() -> Any:
    from django.db import models

    class ListedContact(models.Model):  # type: ignore[misc]  # Django has no types
        id = models.BigIntegerField(primary_key=True)
        full_name = models.TextField(null=True)
        qty = models.BigIntegerField(null=True)
        status = models.TextField(null=True)
        at = models.TextField(null=True)
        data = models.JSONField(null=True)
        secret = models.TextField()

        class Meta:
            app_label = "shop"

    return ListedContact


def _in_django(dialect: OrmDialect) -> Answer:
    alias = django_alias(dialect)
    from django.db import connections

    model = _django_model()
    with connections[alias].schema_editor() as editor:
        if model._meta.db_table in connections[alias].introspection.table_names():
            editor.delete_model(model)
        editor.create_model(model)
    for row in _ROWS:
        model.objects.using(alias).create(**row)
    return lambda request: qlause.django.page(model.objects.using(alias), request)


def _in_mongodb() -> Answer:
    collection = mongodb()["listed_contacts"]
    collection.drop()
    collection.insert_many([{**each, "_id": each["id"]} for each in DOCUMENTS])
    return lambda request: mongo.page(collection, request)


STORAGES: Final[Mapping[str, tuple[str, Callable[[], Answer]]]] = {
    "python": ("documents", _in_python),
    "python, stored under other names": ("stored", _renamed_in_python),
    "sqlite": ("columns", _in_sqlite),
    "sqlite, rows by name": ("columns", _in_sqlite_rows),
    "sqlite, documents": ("documents", _in_sqlite_documents),
    "duckdb": ("columns", _in_duckdb),
    "postgresql": ("columns", _in_postgresql),
    "mariadb": ("columns", _in_mariadb),
    "mysql": ("columns", _in_mysql),
    "sqlalchemy sqlite": ("columns", lambda: _in_sqlalchemy("sqlite")),
    "sqlalchemy postgresql": ("columns", lambda: _in_sqlalchemy("postgresql")),
    "sqlalchemy mariadb": ("columns", lambda: _in_sqlalchemy("mariadb")),
    "sqlalchemy core": ("columns", _in_sqlalchemy_core),
    "sqlalchemy async": ("columns", _in_sqlalchemy_async),
    "django sqlite": ("columns", lambda: _in_django("sqlite")),
    "django postgresql": ("columns", lambda: _in_django("postgresql")),
    "mongodb": ("documents", _in_mongodb),
}
"""The kind of its listings, and what fills the storage."""
