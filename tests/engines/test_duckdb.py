"""What is special to DuckDB: its index under collations, and date-times of other precisions than Python's."""

from __future__ import annotations

from typing import Any

import pytest

from engines.missing import import_optional
from engines.sample_table import index_of
from engines.sql import separate_database
from qlause import Cursor, Field, Listing, Schema, python, sql


def test_an_index_of_duckdb_is_used_under_any_collation() -> None:
    """What the column or the session calls equal is not looked at."""
    schema = Schema({"code": Field(type="string", column="code")})
    for collation, session in (("", ""), ("COLLATE NOCASE", ""), ("", "NOCASE")):
        engine = separate_database("duckdb", f"collated {collation}")
        engine.fill_table("collated", {"id": "BIGINT", "code": f"VARCHAR {collation}"}, [])
        values = "CONCAT(CASE WHEN n % 2 = 0 THEN 'c' ELSE 'C' END, n // 2)"
        engine.execute(f"INSERT INTO collated SELECT n, {values} FROM range(20000) t(n)", ())
        engine.execute("CREATE INDEX collated_code ON collated (code)", ())
        engine.execute(f"SET default_collation = '{session}'", ())
        for q, expected in (("code:c7", {14}), ("code:(C7,C8)", {15, 17})):
            fragment = sql.where(q, "duckdb", schema=schema)
            statement = f"SELECT id FROM collated WHERE {fragment.text}"
            assert index_of(engine, statement, fragment.params)
            assert {row[0] for row in engine.execute(statement, fragment.params)} == expected


def test_a_page_sees_what_its_own_connection_does() -> None:
    connection: Any = import_optional("duckdb", "duckdb", "pip install duckdb").connect()
    connection.execute("CREATE TEMP TABLE own AS SELECT 1 AS id")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO own VALUES (2)")
    listing = Listing({"id": {"type": "integer", "column": "id"}}, total="always")
    page = sql.page(connection, listing.read("sort=id:desc"), "own", "duckdb")
    assert (page.items, page.total) == ([{"id": 2}, {"id": 1}], 2)
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM own").fetchall() == [(1,)]


_MOMENTS = (
    "2024-01-01 00:00:00.123456789",
    "2024-01-01 00:00:00.123456111",
    "2024-01-01 00:00:00.123457",
    "2024-01-01 00:00:00.1229999",
    "1969-12-31 23:59:59.999999999",
    "1969-12-31 23:59:59.9999995",
    "1969-12-31 23:59:59.9999985",
    "1700-01-01 00:00:00.0000019",
    None,
)
_DAYS = ("0001-01-01 00:00:00", "9999-12-31 23:59:59")  # which nanoseconds cannot count


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATETIME"])
@pytest.mark.parametrize("declared", ["date-time", "date-time array"])
def test_date_times_of_any_precision_are_compared_as_they_are_shown(kind: str, declared: str) -> None:
    engine = separate_database("duckdb", f"moments {kind} {declared}")
    array = declared.endswith("array")
    engine.fill_table("moments", {"id": "BIGINT", "made": kind + "[]" * array}, [])
    moments = _MOMENTS if kind == "TIMESTAMP_NS" else (*_MOMENTS, *_DAYS)
    for number, moment in enumerate(moments):
        value = "NULL" if moment is None else f"CAST('{moment}' AS {kind})"
        engine.execute(f"INSERT INTO moments VALUES ({number}, {f'[{value}]' if array else value})", ())
    made = Field(type="date-time", storage="utc", column="made", array=array)
    schema = Schema({"id": Field(type="integer", column="id", nullable=False), "made": made})
    rows: list[dict[str, Any]] = [
        {"id": number, "made": shown}
        for number, shown in engine.execute("SELECT id, made FROM moments ORDER BY id", ())
    ]
    for shown in [row["made"][0] if array else row["made"] for row in rows]:
        for sign in ("", ">", ">=", "<", "<=") if shown is not None else ():
            q = f'made:{sign}"{shown.isoformat()}Z"'
            fragment = sql.where(q, "duckdb", schema=schema)
            found = engine.execute(f"SELECT id FROM moments WHERE {fragment.text} ORDER BY id", fragment.params)
            matches = python.predicate(q, schema=schema)
            assert [row[0] for row in found] == [row["id"] for row in rows if matches(row)], q
    for sort in ("made", "made:desc") if not array else ():
        wanted = [row["id"] for row in sorted(rows, key=python.sort_key(sort, schema=schema))]
        seen: list[int] = []
        cursor: Cursor | None = None
        while len(seen) <= len(rows):
            behind, order = (
                sql.after(sort, cursor, "duckdb", schema=schema),
                sql.order_by(sort, "duckdb", schema=schema),
            )
            statement = f"SELECT id FROM moments WHERE {behind.text} ORDER BY {order.text} LIMIT 2"
            page = [row[0] for row in engine.execute(statement, (*behind.params, *order.params))]
            if not page:
                break
            seen += page
            cursor = Cursor.of_row(sort, rows[page[-1]], schema=schema)
        assert seen == wanted


def test_an_index_of_a_date_time_of_duckdb_is_used() -> None:
    schema = Schema({"made": Field(type="date-time", storage="utc", column="made")})
    engine = separate_database("duckdb", "indexed moments")
    engine.fill_table("indexed", {"id": "BIGINT", "made": "TIMESTAMP"}, [])
    engine.execute("INSERT INTO indexed SELECT n, TIMESTAMP '2024-01-01' + to_hours(n) FROM range(20000) t(n)", ())
    for statement in sql.index_ddl("duckdb", "indexed", schema=schema):
        engine.execute(statement, ())
    fragment = sql.where('made:"2024-01-02T00:00:00Z"', "duckdb", schema=schema)
    statement = f"SELECT id FROM indexed WHERE {fragment.text}"
    assert index_of(engine, statement, fragment.params)
    assert engine.execute(statement, fragment.params) == [(24,)]
