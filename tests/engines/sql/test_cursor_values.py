"""Cursors that are refused, and hostile values in those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from engines.sql import DIALECTS, database
from qlause import Cursor, CursorError, Field, Limits, QlauseError, Schema, UnsupportedError, python, sql
from qlause.bound.sort import SortOptions
from qlause.sql import DialectName

from .hostile_texts import HOSTILE
from .keyset_pages import document_ids, pages

everywhere = pytest.mark.parametrize("dialect", DIALECTS)


@everywhere
def test_no_cursor_is_the_first_page(dialect: DialectName) -> None:
    assert sql.after("a:desc,b", None, dialect).text == "1=1"
    with pytest.raises(QlauseError, match="twice"):
        sql.after("a,a", None, dialect)


@everywhere
def test_a_cursor_is_for_its_own_sort(dialect: DialectName) -> None:
    cursor = Cursor.of("a", {"id": 1, "a": 2})
    assert sql.after("a", cursor, dialect, backward=True).params
    others: list[tuple[str, SortOptions]] = [("a:desc", {}), ("b", {}), ("a,b", {})]
    others += [("a", {"nulls": "last"}), ("a", {"unique": "key"}), ("a", {"unique": None})]
    for sort, options in others:
        with pytest.raises(CursorError, match="another sort") as caught:
            sql.after(sort, cursor, dialect, **options)
        assert caught.value.code == "cursor_sort"


@everywhere
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "x"),
        ("integer", True),
        ("integer", float("nan")),
        ("string", 1),
        ("string", [1]),
        ("boolean", "true"),
        ("date-time", 1),
        ("date", "yesterday"),
        ("time", "10:30:00Z"),
        ("uuid", "x"),
        ("uuid", 1),
    ],
)
def test_the_schema_has_changed(dialect: DialectName, kind: Any, value: Any) -> None:
    if value in ("x", "yesterday", "10:30:00Z") and kind != "integer" and sql_type_is_text(dialect, kind):
        return
    schema = Schema({"id": Field(type="integer", column="id"), "a": Field(type=kind, column="a")})
    cursor = Cursor.of("a", {"id": 1, "a": value}, schema=schema)
    with pytest.raises(CursorError, match="the cursor's value of the field a") as caught:
        sql.after("a", cursor, dialect, schema=schema)
    assert (caught.value.code, caught.value.hint) == ("cursor_value", "ask for the first page again")


def sql_type_is_text(dialect: DialectName, kind: str) -> bool:
    return dialect == "sqlite" or (dialect, kind) in (("mysql", "uuid"), ("spark", "time"))


@everywhere
def test_as_many_fields_as_an_engine_takes(dialect: DialectName) -> None:
    engine = database(dialect)
    stored: list[dict[str, Any]] = [{"id": number, **{f"f{n}": number for n in range(60)}} for number in range(3)]
    engine.fill_documents(stored)
    taken = 0
    while taken < 59:
        sort = ",".join(f"f{n}{':desc' * (n % 2)}" for n in range(taken + 1))
        try:
            place = Cursor.of(sort, stored[1], limits=Limits.generous())
            behind = sql.after(sort, place, dialect, limits=Limits.generous())
        except UnsupportedError as error:
            assert error.code == "too_deep"  # noqa: PT017  # the loop ends where it comes
            break
        taken += 1
    assert 30 <= taken < 59
    rows = engine.execute(f"SELECT id FROM documents WHERE {behind.text}", behind.params)
    assert rows == [(2,)]


# hostile values


@everywhere
@pytest.mark.parametrize("sort", ["a", "a:desc,b"])
def test_no_value_changes_the_text(dialect: DialectName, sort: str) -> None:
    schema = Schema({name: Field(type="string", column=name) for name in ("id", "a", "b")})
    for given_schema in (schema, None):
        documents = [{"id": text, "a": text, "b": text} for text in ("benign", *HOSTILE)]
        cursors = [Cursor.of(sort, document, schema=given_schema) for document in documents]
        assert len({sql.after(sort, cursor, dialect, schema=given_schema).text for cursor in cursors}) == 1


@everywhere
def test_hostile_values_are_places(dialect: DialectName) -> None:
    engine = database(dialect)
    stored = [{"id": number, "a": text} for number, text in enumerate(HOSTILE)]
    engine.fill_documents(stored)
    for sort in ("a", "a:desc"):
        found = [each for page in pages(engine, sort, 10) for each in document_ids(page)]
        assert found == [document["id"] for document in sorted(stored, key=python.sort_key(sort))]


@everywhere
def test_numbers_that_are_near(dialect: DialectName) -> None:
    engine = database(dialect)
    near = (
        2**53,
        2**53 + 1,
        2**53 + 2,
        2**63 - 1,
        2**63 - 2,
        -(2**53) - 1,
        1e15,
        1e300,
        0.1,
        0.1 + 2**-55,
        1,
        1.0,
        -0.0,
    )
    stored = [{"id": number, "a": value} for number, value in enumerate(near * 2)]
    engine.fill_documents(stored)
    for sort in ("a", "a:desc"):
        for backward in (False, True):
            found = [each for page in pages(engine, sort, 1, backward=backward) for each in document_ids(page)]
            wanted = [document["id"] for document in sorted(stored, key=python.sort_key(sort))]
            assert found == wanted[:: -1 if backward else 1]


@everywhere
def test_numbers_beyond_all_types_are_neither_skipped_nor_repeated(dialect: DialectName) -> None:
    engine = database(dialect)
    far = (2**63, 2**64, 2**64 + 1, 10**19, 1e19, 10**20 + 1, 10**20, 2**100, 2**130, 10**40 + 1, 10**40, -(10**30))
    stored = [{"id": number, "a": value} for number, value in enumerate(far * 2)]
    engine.fill_documents(stored)
    for sort in ("a", "a:desc"):
        for backward in (False, True):
            order = sql.order_by(sort, dialect, backward=backward)
            wanted = engine.execute(f"SELECT id FROM documents ORDER BY {order.text}", order.params)
            found = [each for page in pages(engine, sort, 1, backward=backward) for each in document_ids(page)]
            assert found == [row[0] for row in wanted]
