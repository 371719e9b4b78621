"""Pages over columns of types that compare in ways of their own: put together, they are all rows in their order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pytest

from engines.sql import DIALECTS, database
from qlause import Cursor, CursorError, Schema, python, sql
from qlause.sql import DialectName

from .keyset_pages import pages


class _Awkward(NamedTuple):
    """A column of a type, with values of it. ``reference``: whether its order is that of rule 20."""

    kind: str
    field: Mapping[str, Any]
    values: Sequence[Any]
    reference: bool = True


_WORDS: Final = ("bob", "Ann", "CARL", "dave", "BOB", None, "ann", "", "é", "bob ", " bob", "z")
_FLOATS: Final = (1.5, None, -0.0, 0.0, 1e308, -1e308, 5e-324, 0.1, 0.30000000000000004, 2.0**53 + 2, 1e22)
_STRING: Final = {"type": "string"}
_NUMBER: Final = {"type": "number"}
_COLOURS: Final = {"type": "enum", "values": ("RED", "GREEN", "blue")}
_POSTGRESQL: Final = (
    _Awkward("citext", _STRING, _WORDS),
    _Awkward("varchar(9)", _STRING, _WORDS),
    _Awkward('text COLLATE "und-x-icu"', _STRING, _WORDS),
    _Awkward("text COLLATE qlause_blind", _STRING, _WORDS),
    _Awkward("name", _STRING, _WORDS),
    _Awkward("qlause_word", _STRING, _WORDS),  # a domain over citext
    _Awkward("qlause_colour", _COLOURS, ("RED", "blue", None, "GREEN", "RED")),
    _Awkward("qlause_few", _NUMBER, (3, None, 1, 2.5, 1)),
    _Awkward("double precision", _NUMBER, _FLOATS),
    _Awkward("double precision", _NUMBER, (*_FLOATS, math.nan, math.nan), reference=False),
    _Awkward("double precision", _NUMBER, (*_FLOATS, math.inf, math.nan, -math.inf, math.nan, math.inf), False),
    _Awkward("numeric", _NUMBER, (1, None, math.nan, 2.5, math.nan, math.inf, -math.inf, 1), reference=False),
)
_TABLES: Final[Mapping[DialectName, Sequence[_Awkward]]] = {
    "postgresql": _POSTGRESQL,
    "sqlite": (
        _Awkward("TEXT COLLATE NOCASE", _STRING, _WORDS),
        _Awkward("TEXT COLLATE RTRIM", _STRING, _WORDS),
        _Awkward("CHAR(9)", _STRING, _WORDS),
        _Awkward("REAL", _NUMBER, _FLOATS),
        _Awkward("REAL", _NUMBER, (*_FLOATS, math.inf, -math.inf, math.inf), reference=False),
    ),
    "mariadb": (
        _Awkward("VARCHAR(9)", _STRING, _WORDS),
        _Awkward("VARCHAR(9) COLLATE utf8mb4_general_ci", _STRING, _WORDS),
        _Awkward("VARCHAR(9) COLLATE utf8mb4_bin", _STRING, _WORDS),
        _Awkward("CHAR(9) COLLATE utf8mb4_uca1400_ai_ci", _STRING, [word and word.rstrip() for word in _WORDS]),
        _Awkward("ENUM('RED','blue','GREEN')", _COLOURS, ("RED", "blue", None, "GREEN", "RED")),
        _Awkward("DOUBLE", _NUMBER, _FLOATS),
    ),
    "mysql": (
        _Awkward("VARCHAR(9)", _STRING, _WORDS),
        _Awkward("VARCHAR(9) COLLATE utf8mb4_general_ci", _STRING, _WORDS),
        _Awkward("VARCHAR(9) COLLATE utf8mb4_bin", _STRING, _WORDS),
        _Awkward("CHAR(9) COLLATE utf8mb4_0900_ai_ci", _STRING, [word and word.rstrip() for word in _WORDS]),
        _Awkward("ENUM('RED','blue','GREEN')", _COLOURS, ("RED", "blue", None, "GREEN", "RED")),
        _Awkward("DOUBLE", _NUMBER, _FLOATS),
    ),
    "duckdb": (
        _Awkward("VARCHAR COLLATE NOCASE", _STRING, _WORDS),
        _Awkward("ENUM('RED','blue','GREEN')", _COLOURS, ("RED", "blue", None, "GREEN", "RED")),
        _Awkward("DOUBLE", _NUMBER, _FLOATS),
        _Awkward("FLOAT", _NUMBER, (0.1, None, 0.5, 0.1, 16777216.0)),
        _Awkward("DOUBLE", _NUMBER, (*_FLOATS, math.inf, math.nan, -math.inf, math.nan, math.inf), reference=False),
    ),
    "clickhouse": (
        _Awkward("Nullable(String)", _STRING, _WORDS),
        _Awkward("Nullable(Enum8('RED' = 3, 'blue' = 2, 'GREEN' = 1))", _COLOURS, ("RED", "blue", None, "GREEN")),
        _Awkward("Nullable(Float64)", _NUMBER, _FLOATS),
    ),
}
_PREPARED: Final = (
    "CREATE EXTENSION IF NOT EXISTS citext",
    *("DROP TYPE IF EXISTS qlause_colour CASCADE", "DROP DOMAIN IF EXISTS qlause_word, qlause_few CASCADE"),
    "DROP COLLATION IF EXISTS qlause_blind CASCADE",
    "CREATE TYPE qlause_colour AS ENUM ('GREEN', 'blue', 'RED')",
    "CREATE DOMAIN qlause_word AS citext CHECK (VALUE <> 'x')",
    "CREATE DOMAIN qlause_few AS numeric(4, 2)",
    "CREATE COLLATION qlause_blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
)


@pytest.mark.parametrize(
    ("dialect", "number", "column"),
    [
        pytest.param(dialect, number, column, id=f"{dialect} {column.kind} {number}")
        for dialect in DIALECTS
        for number, column in enumerate(_TABLES[dialect])
    ],
)
def test_pages_are_all_rows_in_their_order(dialect: DialectName, number: int, column: _Awkward) -> None:
    engine, table = database(dialect), f"awkward_{number}"
    if dialect == "postgresql":
        for statement in _PREPARED:
            engine.execute(statement, ())
    rows = list(enumerate(column.values))
    engine.fill_table(table, {"id": "BIGINT", "a": column.kind}, rows)
    schema = Schema({"id": {"type": "integer", "column": "id"}, "a": {**column.field, "column": "a"}})
    as_read = [{"id": number, "a": value} for number, value in engine.execute(f"SELECT id, a FROM {table}", ())]
    for sort in ("a", "a:desc", "a,id:desc"):
        for nulls in (None, "first", "last"):
            options: Any = {"schema": schema, "nulls": nulls}
            for backward in (False, True):
                order = sql.order_by(sort, dialect, paramstyle=engine.paramstyle, backward=backward, **options)
                wanted = engine.ordered(table, [order])[0]
                if column.reference:
                    by_rule = sorted(as_read, key=python.sort_key(sort, **options))
                    assert wanted == [row["id"] for row in by_rule][:: -1 if backward else 1], (sort, nulls, backward)
                for size in (1, 2, 5):
                    asked = pages(engine, sort, size, table=table, names=("id", "a"), backward=backward, **options)
                    found = [row["id"] for page in asked for row in page]
                    assert found == wanted, (sort, nulls, backward, size)


_ENUMS: Final[Mapping[DialectName, tuple[str, str | None]]] = {
    "postgresql": ("qlause_colour", "qlause_colour[]"),
    "mariadb": ("ENUM('RED','blue','GREEN')", None),
    "mysql": ("ENUM('RED','blue','GREEN')", None),
    "duckdb": ("ENUM('RED','blue','GREEN')", "ENUM('RED','blue','GREEN')[]"),
}


@pytest.mark.parametrize("dialect", _ENUMS)
def test_a_declared_enum_of_the_engine_takes_every_query(dialect: DialectName) -> None:
    engine, (kind, array) = database(dialect), _ENUMS[dialect]
    if dialect == "postgresql":
        for statement in _PREPARED:
            engine.execute(statement, ())
    documents: list[dict[str, Any]] = [
        {"id": 1, "c": "RED", "cs": ["RED", "blue"]},
        {"id": 2, "c": "blue", "cs": ["GREEN", None]},
        {"id": 3, "c": None, "cs": []},
        {"id": 4, "c": "GREEN"},
    ]
    columns = {"id": "BIGINT", "c": kind, **({} if array is None else {"cs": array})}
    rows = [[document.get(name) for name in columns] for document in documents]
    engine.fill_table("colours", columns, rows)
    declared = {name: {**_COLOURS, "column": name, "array": name == "cs"} for name in columns if name != "id"}
    for variant in ({}, {"case_sensitive": True}, {"ignore_case": True}, {"type": "string", "values": ()}):
        schema = Schema(
            {"id": {"type": "integer", "column": "id"}}
            | {name: {**field, **variant} for name, field in declared.items()}
        )
        many = "(" + ",".join([f"c{number}" for number in range(40)]) + ", RED)"
        for name in declared:
            tests = ["RED", "(RED, blue)", "null", "exists", "(NOT RED)"]
            if variant.get("type") == "string":
                tests += ["~re", "~^re", "~^red$", ">GREEN", many]
            for q in [f"{sign}{name}:{test}" for test in tests for sign in ("", "NOT ")]:
                matches = python.predicate(q, schema=schema)
                wanted = [
                    document["id"]
                    for document in documents
                    if matches({key: value for key, value in document.items() if value is not None})
                ]
                fragment = sql.where(q, dialect, schema=schema, paramstyle=engine.paramstyle)
                assert sorted(engine.selected("colours", [fragment])[0]) == wanted, (q, variant, fragment)


def test_nan_ends_pages_where_it_is_not_equal_to_itself() -> None:
    schema = Schema({"id": {"type": "integer", "column": "id"}, "a": {**_NUMBER, "column": "a"}})
    cursor = Cursor.of_row("a", {"id": 1, "a": math.nan}, schema=schema)
    assert cursor.values == ((5, "NaN"), (1, 1))
    for dialect in ("sqlite", "mariadb", "clickhouse"):
        with pytest.raises(CursorError, match="the cursor's value of the field a is none that its column holds"):
            sql.after("a", cursor, dialect, schema=schema)
