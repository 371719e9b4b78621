"""Columns of every type of SQLAlchemy that is a field, with values that are awkward for it: orders and pages."""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

from engines import orm
from engines.orm import OrmDialect
from qlause import Cursor, UnknownFieldError, python
from qlause import sqlalchemy as qs

from .awkward_columns import AWKWARD, EVERYWHERE, Awkward, Shade, sqlite_date_time
from .walks import walked

_CASES: Final = [
    pytest.param(dialect, number, case, id=f"{dialect} {name}")
    for dialect in EVERYWHERE
    for number, (name, case) in enumerate(AWKWARD.items())
    if dialect in case.on
]


def table_of(
    dialect: OrmDialect, name: str, column: sa.Column[Any], values: Sequence[Any]
) -> tuple[sa.Engine, sa.Table]:
    """A table of a number and the column, with the values."""
    engine, metadata = orm.sqlalchemy_engine(dialect), sa.MetaData()
    table = sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), column)
    with engine.begin() as connection:
        if dialect == "postgresql":
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS citext"))
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(table.insert(), [{"id": number, "a": value} for number, value in enumerate(values)])
    return engine, table


@pytest.mark.parametrize(("dialect", "number", "case"), _CASES)
def test_pages_are_all_rows_in_their_order(dialect: OrmDialect, number: int, case: Awkward) -> None:
    engine, table = table_of(dialect, f"sa_awkward_{number}", sa.Column("a", case.kind), case.values)
    schema = qs.schema_of(table)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(table)).all()
        documents = [{"id": row.id} if row.a is None else {"id": row.id, "a": case.shown(row.a)} for row in rows]
        for sort in ("a", "a:desc", "a,id:desc"):
            for nulls in (None, "first", "last"):
                options: Any = {"schema": schema, "nulls": nulls}
                for backward in (False, True):
                    order = qs.order_by(sort, table, backward=backward, **options)
                    wanted = list(connection.scalars(sa.select(table.c.id).order_by(*order)))
                    if case.reference:
                        by_rule = [each["id"] for each in sorted(documents, key=python.sort_key(sort, **options))]
                        assert wanted == by_rule[:: -1 if backward else 1], (sort, nulls, backward)
                    found = _paged(connection, table, sort, len(rows), backward=backward, **options)
                    assert found == wanted, (sort, nulls, backward)


def _paged(
    connection: sa.Connection, table: sa.Table, sort: str, most: int, *, backward: bool, **options: Any
) -> list[int]:
    """The numbers of the rows of all pages of two."""
    order = qs.order_by(sort, table, backward=backward, **options)

    def page_after(cursor: Cursor | None) -> Sequence[Any]:
        behind = qs.after(sort, cursor, table, backward=backward, **options)
        return connection.execute(sa.select(table).where(behind).order_by(*order).limit(2)).all()

    return [row.id for row in walked(page_after, lambda row: qs.cursor_of(sort, row, table, **options), 2, most)]


def _literal(value: Any) -> str:
    """A value as a request writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return json.dumps(value.replace(tzinfo=None).isoformat() + "Z")
    if isinstance(value, (date, time)):
        return json.dumps(value.isoformat())
    return (
        format(value, "f")
        if isinstance(value, Decimal)
        else json.dumps(str(value) if isinstance(value, UUID) else value)
    )


@pytest.mark.parametrize(("dialect", "number", "case"), _CASES)
def test_queries_select_the_rows_that_the_predicate_selects(dialect: OrmDialect, number: int, case: Awkward) -> None:
    engine, table = table_of(dialect, f"sa_awkward_{number}", sa.Column("a", case.kind), case.values)
    schema = qs.schema_of(table)
    ((_, field),) = [(path, field) for path, field in schema if str(path) == "a"]
    with engine.connect() as connection:
        rows = connection.execute(sa.select(table)).all()
        documents = [{"id": row.id} if row.a is None else {"id": row.id, "a": case.shown(row.a)} for row in rows]
        values = [document["a"] for document in documents if "a" in document and case.readable]
        values = [value for value in values if not isinstance(value, (float, Decimal)) or math.isfinite(value)]
        signs = ["", ">", ">=", "<", "<="] if "compare" in field.allowed else [""]
        tests = [f"{sign}{_literal(value)}" for value in dict.fromkeys(values) for sign in signs]
        if "contains" in field.allowed:
            tests += [f"{sign}{_literal(value)}" for value in dict.fromkeys(values) if value for sign in ("~", "~^")]
        tests += [f"({', '.join([_literal(value) for value in values])})", "null", "exists", "missing"]
        for test in tests:
            for q in (f"a:{test}", f"NOT a:{test}"):
                matches = python.predicate(q, schema=schema)
                wanted = [document["id"] for document in documents if matches(document)]
                found = sorted(connection.scalars(sa.select(table.c.id).where(qs.where(q, table, schema=schema))))
                assert found == wanted, (q, documents)


class Loud(sa.TypeDecorator[str]):
    """A type that changes what is read."""

    impl = sa.String(9)
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: object) -> str | None:  # noqa: ARG002  # its signature
        return value and value.upper()


@pytest.mark.parametrize(
    "kind",
    [
        Loud(),
        sa.LargeBinary(),
        sa.Interval(),
        sa.PickleType(),
        sa.Time(timezone=True),
        mysql.SET("a", "b"),
        postgresql.INET(),
        postgresql.DOMAIN("raw", sa.LargeBinary()),
        sqlite_date_time(storage_format="%(day)02d.%(month)02d.%(year)04d", regexp=r"(\d+).(\d+).(\d+)"),
        postgresql.ARRAY(sa.Integer, dimensions=2),
    ],
)
def test_types_that_are_no_field(kind: TypeEngine[Any]) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", kind))
    assert {str(path) for path, _ in qs.schema_of(table)} == {"id"}


def test_a_type_that_cannot_be_paged_is_not_sortable_and_says_why() -> None:
    rounded = sa.Column("a", sa.Float(asdecimal=True))
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), rounded)
    schema = qs.schema_of(table)
    assert {str(path): field.sortable for path, field in schema} == {"id": True, "a": False}
    with pytest.raises(
        UnknownFieldError, match=r"a is not sortable .*; SQLAlchemy rounds its values to Decimals"
    ) as caught:
        qs.order_by("a", table, schema=schema)
    assert caught.value.code == "not_sortable"


_ARRAYS: Final[Mapping[str, tuple[TypeEngine[Any], Sequence[Any], str]]] = {
    "Enum": (sa.Enum("RED", "GREEN", name="sa_colour"), [["RED"], ["GREEN", "RED"], [], None, [None]], "RED"),
    "Enum of a class": (sa.Enum(Shade, name="sa_shade4"), [[Shade.DARK], [Shade.LIGHT], None], "DARK"),
    "CITEXT": (postgresql.CITEXT(), [["a"], ["A"], None], "a"),
    "CHAR": (sa.CHAR(3), [["a"], ["A"], None], "a"),
    "DOMAIN": (postgresql.DOMAIN("sa_word2", postgresql.CITEXT()), [["a"], ["A"], None], "a"),
    "Uuid": (sa.Uuid(), [[UUID(int=1)], [], None], str(UUID(int=1))),
    "Uuid of characters": (sa.Uuid(native_uuid=False), [[UUID(int=1)], [], None], str(UUID(int=1))),
    "Integer": (sa.Integer(), [[1], [2, 1], None], "1"),
    "REAL": (sa.REAL(), [[0.1], [0.5], None], "0.1"),
    "Numeric": (sa.Numeric(4, 1), [[Decimal("0.1")], None], "0.1"),
    "Boolean": (sa.Boolean(), [[True], [False], None], "true"),
    "Date": (sa.Date(), [[date(2024, 1, 1)], None], "2024-01-01"),
    "DateTime": (sa.DateTime(), [[datetime(2024, 1, 1)], None], "2024-01-01T00:00:00Z"),
    "Time": (sa.Time(), [[time(1)], None], "01:00"),
}


@pytest.mark.parametrize("name", _ARRAYS)
def test_an_array_of_any_type_takes_every_query(name: str) -> None:
    kind, values, literal = _ARRAYS[name]
    column: sa.Column[Any] = sa.Column("a", postgresql.ARRAY(kind))
    engine, table = table_of("postgresql", f"sa_array_{sorted(_ARRAYS).index(name)}", column, values)
    schema = qs.schema_of(table)
    matching = [
        value is not None and any(each is not None and _is(each, literal) for each in value) for value in values
    ]
    many = "(" + ", ".join([literal] * 40) + ")"
    with engine.connect() as connection:
        for test in (literal, f"({literal}, {literal})", *([many] if name != "Boolean" else [])):
            for sign, wanted in (("", matching), ("NOT ", [not each for each in matching])):
                condition = qs.where(
                    f"{sign}a:{test}" if ":" not in test else f'{sign}a:"{literal}"', table, schema=schema
                )
                found = connection.scalars(sa.select(table.c.id).where(condition).order_by(table.c.id)).all()
                assert list(found) == [number for number, each in enumerate(wanted) if each], (sign, test)
        for test in ("exists", "missing", "null"):
            connection.execute(sa.select(table.c.id).where(qs.where(f"a:{test}", table, schema=schema)))


def _is(value: Any, literal: str) -> bool:
    if isinstance(value, enum.Enum):
        return value.name == literal
    return (
        str(value).lower() == literal
        if isinstance(value, bool)
        else str(value).replace(" ", "T").startswith(literal.removesuffix("Z"))
    )
