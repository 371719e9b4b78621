"""Date-times, dates and UUIDs in SQLite as SQLAlchemy, Django and SQLite itself write them: fractions of any length."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, MetaData, Table, Time, Uuid, create_engine, insert, select

from engines.orm import ORM_DIALECTS, OrmDialect
from qlause import python
from qlause import sqlalchemy as qs

from .databases import engine

_FORMS: Final = {
    "2019-01-06 10:29:29.999999": datetime(2019, 1, 6, 10, 29, 29, 999999, UTC),
    "2019-01-06 10:29:30": datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC),
    "2019-01-06 10:29:30.000000": datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC),
    "2019-01-06 10:29:30.000": datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC),
    "2019-01-06 10:29:30.000001": datetime(2019, 1, 6, 10, 29, 30, 1, UTC),
    "2019-01-06 10:29:30.602": datetime(2019, 1, 6, 10, 29, 30, 602000, UTC),
    "2019-01-06 10:29:30.602000": datetime(2019, 1, 6, 10, 29, 30, 602000, UTC),
    "2019-01-06 10:29:30.602001": datetime(2019, 1, 6, 10, 29, 30, 602001, UTC),
    "2019-01-07 00:00:00": datetime(2019, 1, 7, tzinfo=UTC),
}
_TABLE: Final = Table(
    "t",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True)),
    Column("local", DateTime),
    Column("day", Date),
    Column("opens", Time),
    Column("ref", Uuid),
    Column("old", Uuid(native_uuid=False)),
)
_SCHEMA: Final = qs.schema_of(_TABLE)
_REF: Final = UUID("123e4567-e89b-12d3-a456-426614174000")


@pytest.mark.parametrize(
    "q",
    [
        *(
            f"at:{comparator}{instant}"
            for comparator in ("", ">", ">=", "<", "<=")
            for instant in ("2019-01-06T10:29:30Z", "2019-01-06T11:29:30.602+01:00", "2019-01-06")
        ),
        "at:(2019-01-06T10:29:30Z,2019-01-06T10:29:30.602001Z)",
        "local:<=2019-01-06T10:29:30.602Z",
        "day:2019-01-06",
        "day:>2019-01-06",
        *(
            f"opens:{comparator}{time}"
            for comparator in ("", ">", ">=", "<", "<=")
            for time in ("10:29:30", "10:29:30.602", "10:29")
        ),
        "opens:(10:29:30,10:29:30.602001)",
        f"ref:{_REF}",
        f"ref:{str(_REF).upper()}",
        f"old:{_REF}",
    ],
)
def test_queries_select_the_rows_that_the_predicate_selects(q: str) -> None:
    documents: list[dict[str, Any]] = [
        {"id": place, "at": at, "local": at, "day": at.date(), "opens": at.time(), "ref": _REF, "old": _REF}
        for place, at in enumerate(_FORMS.values())
    ]
    opened = create_engine("sqlite://")
    with opened.connect() as connection:
        _TABLE.create(connection)
        rows = [(place, text, text, text[:10], text[11:], _REF.hex, _REF.hex) for place, text in enumerate(_FORMS)]
        connection.exec_driver_sql("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        for asked in (q, f"NOT {q}"):
            matches = python.predicate(asked, schema=_SCHEMA)
            statement = select(_TABLE.c.id).where(qs.where(asked, _TABLE, schema=_SCHEMA)).order_by(_TABLE.c.id)
            assert connection.scalars(statement).all() == [each["id"] for each in documents if matches(each)]
    opened.dispose()


@pytest.mark.parametrize("name", ORM_DIALECTS)
def test_uuids_as_text(name: OrmDialect) -> None:
    """UUIDs are found in columns of the engine's type, and where SQLAlchemy was told to store text."""
    with engine(name).begin() as connection:
        _TABLE.drop(connection, checkfirst=True)
        _TABLE.create(connection)
        connection.execute(
            insert(_TABLE), [{"id": 1, "ref": _REF, "old": _REF}, {"id": 2, "ref": UUID(int=1), "old": None}]
        )
        for q, expected in ((f"ref:{_REF}", [1]), (f"old:{_REF}", [1]), (f"NOT old:{_REF}", [2])):
            statement = select(_TABLE.c.id).where(qs.where(q, _TABLE, schema=_SCHEMA))
            assert connection.scalars(statement).all() == expected


@pytest.mark.parametrize("name", ["mariadb", "mysql"])
def test_uuids_as_sqlalchemy_2_0_stores_them(name: OrmDialect, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows MariaDB's type of UUIDs from 2.1 on. Before, they are 32 digits; a column of the type works too."""
    monkeypatch.setattr(engine(name).dialect, "supports_native_uuid", False)
    columns = (Column("id", Integer, primary_key=True), Column("ref", Uuid), Column("code", Uuid))
    table = Table("uuids", MetaData(), *columns)
    refs = [UUID(f"{first}23e4567-e89b-12d3-{other}456-426614174000") for other in "ab" for first in "9f1"]
    with engine(name).begin() as connection:
        table.drop(connection, checkfirst=True)
        table.create(connection)
        assert connection.exec_driver_sql("SHOW COLUMNS FROM uuids").all()[1][1].lower() == "char(32)"
        if name == "mariadb":
            connection.exec_driver_sql("ALTER TABLE uuids MODIFY code uuid")
        connection.execute(insert(table), [{"id": place, "ref": ref, "code": ref} for place, ref in enumerate(refs, 1)])
        connection.execute(insert(table), {"id": len(refs) + 1})
        documents = [{"id": place, "ref": ref, "code": ref} for place, ref in enumerate([*refs, None], 1)]
        schema = qs.schema_of(table)
        for field in ("ref", "code"):
            for q in (
                f"{field}:{refs[0]}",
                f"NOT {field}:{refs[0]}",
                f"{field}:({refs[1]},{refs[2]})",
                f"{field}:null",
            ):
                found = connection.scalars(select(table.c.id).where(qs.where(q, table, schema=schema))).all()
                matches = python.predicate(q, schema=schema)
                assert sorted(found) == [each["id"] for each in documents if matches(each)], q
            ordered = sorted(documents, key=python.sort_key(field, schema=schema))
            terms = qs.order_by(field, table, schema=schema)
            rows = connection.execute(select(table).order_by(*terms)).all()
            assert [row.id for row in rows] == [each["id"] for each in ordered]
            for place, row in enumerate(rows):
                cursor = qs.cursor_of(field, SimpleNamespace(**documents[row.id - 1]), table, schema=schema)
                behind = select(table.c.id).where(qs.after(field, cursor, table, schema=schema)).order_by(*terms)
                assert connection.scalars(behind).all() == [row.id for row in rows[place + 1 :]]
