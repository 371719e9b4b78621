"""Columns of text as they are: character sets, collations, domains, generated columns and views.

A text that a column cannot hold is not found. It is never an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Field, Query, Schema, python, sql
from qlause import field as named
from qlause.sql import DialectName

_TEXTS: Final = (
    "a",
    "A",
    "ab",
    "a ",
    "é",
    "É",
    "e\u0301",
    "Zoë",
    "ж",
    "Ж",
    "aж",
    "😀",
    "a😀",
    "İ",
    "ß",
    "ss",
    "%",
    "'",
    "",
)
_SCHEMA: Final = Schema(
    {
        "id": Field(type="integer", column="id"),
        "plain": Field(type="string", column="c", stored="c"),
        "folded": Field(type="string", column="c", stored="c", ignore_case=True),
        "exact": Field(type="string", column="c", stored="c", case_sensitive=True),
    }
)
_CHARSETS: Final = {
    "latin1": "VARCHAR(40) CHARACTER SET latin1",
    "latin1 by its bytes": "VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_bin",
    "ascii": "CHAR(40) CHARACTER SET ascii",
    "utf8mb3": "TEXT CHARACTER SET utf8mb3",
    "utf8mb4 by its bytes": "VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "ucs2": "VARCHAR(40) CHARACTER SET ucs2",
    "cp932": "VARCHAR(40) CHARACTER SET cp932",
    "an enum of latin1": "ENUM('a', 'b', 'é') CHARACTER SET latin1",
    "generated": "VARCHAR(40) CHARACTER SET latin1 AS (t)",
    "generated and stored": "VARCHAR(40) CHARACTER SET utf8mb3 AS (t) STORED",
}
_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "sqlite": {
        "without a type": "",
        "without case": "TEXT COLLATE NOCASE",
        "without trailing blanks": "VARCHAR(2) COLLATE RTRIM",
        "generated": "TEXT COLLATE NOCASE AS (t)",
        "generated and stored": "TEXT AS (t) STORED",
    },
    "postgresql": {
        "varchar": "varchar(40)",
        "by code point": 'text COLLATE "C"',
        "without case": "text COLLATE qlause_ci",
        "citext": "citext",
        "a domain": "qlause_domain",
        "a domain without case": "qlause_domain_ci",
        "an enum": "qlause_enum",
        "generated": "text COLLATE qlause_ci GENERATED ALWAYS AS (t) STORED",
    },
    "mariadb": {**_CHARSETS, "without case": "VARCHAR(40) COLLATE utf8mb4_uca1400_ai_ci"},
    "mysql": {**_CHARSETS, "without case": "VARCHAR(40) COLLATE utf8mb4_0900_ai_ci"},
    "duckdb": {
        "without case": "VARCHAR COLLATE NOCASE",
        "without accents": "VARCHAR COLLATE NOACCENT.NOCASE",
        "an enum": "ENUM ('a', 'A', 'é')",
        "generated": "VARCHAR AS (t)",
    },
    "clickhouse": {
        "of few texts": "LowCardinality(Nullable(String))",
        "never null": "String",
        "an alias": "Nullable(String) ALIAS t",
        "materialized": "Nullable(String) MATERIALIZED t",
    },
}
_PREPARED: Final = (
    "CREATE COLLATION IF NOT EXISTS qlause_ci (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
    "CREATE EXTENSION IF NOT EXISTS citext",
    "DROP DOMAIN IF EXISTS qlause_domain, qlause_domain_ci CASCADE",
    "CREATE DOMAIN qlause_domain AS text CHECK (length(VALUE) < 40)",
    "CREATE DOMAIN qlause_domain_ci AS varchar(40) COLLATE qlause_ci",
    "DROP TYPE IF EXISTS qlause_enum CASCADE",
    "CREATE TYPE qlause_enum AS ENUM ('a', 'A', 'é')",
)


def _queries() -> Iterator[Query]:
    for text in _TEXTS:
        for name in ("plain", "folded", "exact"):
            asked = [named(name).equals(text), named(name).one_of([text, "b"]), named(name) >= text, named(name) < text]
            asked.append(named(name).one_of([text, *(f"x{number}" for number in range(40))]))
            if text:
                asked += [named(name).contains(text), named(name).starts_with(text), named(name).ends_with(text)]
            for query in asked:
                yield from (query, ~query)


def _fill(engine: Database, definition: str) -> None:
    """A table with the column ``c``, in which the text of each row is in ``t``, as far as ``c`` can hold it."""
    text = {"mariadb": "VARCHAR(40) CHARACTER SET utf8mb4", "mysql": "VARCHAR(40) CHARACTER SET utf8mb4"}
    column = text.get(engine.dialect, "Nullable(String)" if engine.dialect == "clickhouse" else "VARCHAR(40)")
    engine.execute("DROP VIEW IF EXISTS texts_view", ())
    engine.fill_table("texts", {"id": "BIGINT", "t": column, "c": definition}, [])
    is_generated = any(word in definition for word in (" AS (", "ALIAS", "MATERIALIZED"))
    for number, each in enumerate((None, *_TEXTS), 1):
        for cell in (each, None):
            row: tuple[Any, ...] = (number, cell) if is_generated else (number, cell, cell)
            names, marks = ("id, t", 2) if is_generated else ("id, t, c", 3)
            values = ", ".join([engine.placeholder] * marks)
            if definition == "qlause_enum":
                values = f"{engine.placeholder}, {engine.placeholder}, CAST({engine.placeholder} AS qlause_enum)"
            insert = f"INSERT INTO texts ({names}) VALUES ({values})"
            try:
                engine.execute_many(insert, [row])
            except Exception:  # noqa: S112  # each driver has errors of its own
                continue
            break
    engine.execute("CREATE VIEW texts_view AS SELECT id, c FROM texts", ())


@pytest.mark.parametrize(("dialect", "column"), [(dialect, name) for dialect in DIALECTS for name in _COLUMNS[dialect]])
def test_queries_of_a_column_of_text(dialect: DialectName, column: str) -> None:
    engine = database(dialect)
    for statement in _PREPARED if dialect == "postgresql" else ():
        engine.execute(statement, ())
    _fill(engine, _COLUMNS[dialect][column])
    rows = engine.execute("SELECT id, c FROM texts", ())
    documents = [{"id": number} if cell is None else {"id": number, "c": cell} for number, cell in rows]
    assert sum("c" in document for document in documents) > 2
    asked = list(_queries())
    fragments = [sql.where(query, dialect, schema=_SCHEMA) for query in asked]
    for table in ("texts", "texts_view"):
        for query, found in zip(asked, engine.selected(table, fragments), strict=True):
            matches = python.predicate(query, schema=_SCHEMA)
            assert sorted(found) == sorted(each["id"] for each in documents if matches(each)), (table, str(query))
        for sort in ("plain", "plain:desc"):
            (ids,) = engine.ordered(table, [sql.order_by(sort, dialect, schema=_SCHEMA)])
            assert ids == [each["id"] for each in sorted(documents, key=python.sort_key(sort, schema=_SCHEMA))]
