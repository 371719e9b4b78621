"""Pages by cursors in Python, and the text of cursors."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import Cursor, CursorError, QuerySyntaxError, Schema, Sort, mongo, python, sql
from qlause.testing import collections, sorts


@given(sorts(), collections(native=True), st.sampled_from([None, "first", "last"]), st.booleans())
def test_what_stands_behind_a_cursor(
    sort: Sort, documents: list[dict[str, Any]], nulls: Literal["first", "last"] | None, backward: bool
) -> None:
    ordered = sorted(documents, key=python.sort_key(sort, nulls=nulls), reverse=backward)
    for place, document in enumerate(ordered, 1):
        cursor = Cursor.of(sort, document, nulls=nulls)
        assert Cursor.decode(cursor.encode(b"secret"), b"secret") == cursor
        behind = python.after(sort, cursor, backward=backward, nulls=nulls)
        assert [each["id"] for each in ordered if behind(each)] == [each["id"] for each in ordered[place:]]


def test_values_keep_their_types() -> None:
    document = {"id": 2**70, "a": Decimal("0.10"), "b": 0.1, "c": True, "d": datetime(2019, 1, 6, tzinfo=UTC), "e": "é"}
    cursor = Cursor.of("a,b,c,d,e", document)
    assert cursor.values == (
        (1, Decimal("0.10")),
        (1, 0.1),
        (3, True),
        (4, "2019-01-06T00:00:00.000000000"),
        (2, "é"),
        (1, 2**70),
    )
    decoded = Cursor.decode(cursor.encode(b"s"), b"s")
    assert repr(decoded) == repr(cursor)


@pytest.mark.parametrize("change", ["", "x", "é", "?", "AAAA"])
def test_another_text_is_no_cursor(change: str) -> None:
    text = Cursor.of("a", {"id": 1}).encode(b"secret")
    for broken in (change, change + text[1:], text + change * 4):
        if broken != text:
            with pytest.raises(CursorError, match="not a cursor of this service") as caught:
                Cursor.decode(broken, b"secret")
            assert caught.value.code == "cursor"


def test_without_a_cursor_every_document_stands_behind() -> None:
    assert python.after("a", None)({"id": 1})
    assert mongo.after("a", None) == {}
    with pytest.raises(QuerySyntaxError):
        python.after("a,a", None)


@pytest.mark.parametrize("given", ["", Cursor.of("a", {"id": 1}).encode(b"s"), b"", 0, {"id": 1, "a": 2}, ((1, 2),)])
def test_what_is_no_cursor_is_refused(given: Any) -> None:
    told = f"must be a qlause.Cursor, not {type(given).__name__}: decode .* with Cursor.decode"
    for after in (python.after, mongo.after, partial(sql.after, dialect="sqlite")):
        with pytest.raises(TypeError, match=told):
            after("a", given)


def test_another_number_of_values_is_another_sort() -> None:
    cursor = Cursor.of("a", {"id": 1, "a": 2})
    for values in ((), cursor.values[:1], (*cursor.values, None)):
        for after in (python.after, mongo.after, partial(sql.after, dialect="sqlite")):
            with pytest.raises(CursorError) as caught:
                after("a", Cursor(cursor.sort, values))
            assert caught.value.code == "cursor_sort"


SCHEMA = Schema(
    {
        "id": {"type": "integer", "column": "order_id"},
        "open": {"type": "boolean", "column": "is_open"},
        "at": {"type": "date-time", "column": "at"},
        "data.qty": {"type": "integer", "column": ("data", "qty"), "stored": "qty"},
        "title.en": "string",
    }
)


def test_a_row_is_the_place_of_its_document() -> None:
    at = datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC)
    document = {"id": 3, "open": True, "at": at, "qty": 7, "title": {"en": "x"}}
    row = {
        "order_id": 3,
        "is_open": 1,
        "at": at.replace(tzinfo=None),
        "data": '{"qty": 7}',
        "doc": {"title": {"en": "x"}},
    }
    for sort in ("open,at:desc", "data.qty,title.en", ""):
        assert Cursor.of_row(sort, row, schema=SCHEMA) == Cursor.of(sort, document, schema=SCHEMA)
    empty = dict.fromkeys(row)
    assert Cursor.of_row("open,at,data.qty,title.en", empty, schema=SCHEMA).values == (None,) * 5


def test_drivers_return_times_as_durations_too() -> None:
    schema = Schema({"opens": {"type": "time", "column": "opens"}})
    for value in (time(10, 30, 0, 500000), timedelta(hours=10, minutes=30, seconds=0.5), "10:30:00.500000"):
        cursor = Cursor.of_row("opens", {"opens": value}, schema=schema, unique=None)
        assert cursor.values == ((2, "10:30:00.500000"),)
        assert Cursor.decode(cursor.encode(b"s"), b"s") == cursor
        assert sql.after("opens", cursor, "postgresql", schema=schema, unique=None).params == (time(10, 30, 0, 500000),)
    for beyond in (timedelta(days=1), timedelta(seconds=-1)):
        cursor = Cursor.of_row("opens", {"opens": beyond}, schema=schema, unique=None)
        with pytest.raises(CursorError) as caught:
            sql.after("opens", cursor, "mariadb", schema=schema, unique=None)
        assert caught.value.code == "cursor_value"


def test_a_row_holds_the_columns_of_the_sort() -> None:
    with pytest.raises(ValueError, match="the row has no column is_open, which the sort needs: select it too"):
        Cursor.of_row("open", {"order_id": 3}, schema=SCHEMA)
    with pytest.raises(ValueError, match="no column doc"):
        Cursor.of_row("open", {"order_id": 3})
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    found = connection.execute("SELECT 3 AS order_id").fetchone()
    assert Cursor.of_row("", found, schema=SCHEMA).values == ((1, 3),)
    with pytest.raises(ValueError, match="no column is_open"):
        Cursor.of_row("open", found, schema=SCHEMA)
