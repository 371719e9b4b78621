"""Hostile keys and values: they change neither a statement's text nor its shape, and find the rows that they should."""

from __future__ import annotations

from typing import Any, Final, get_args

import pytest
import sqlglot

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Path, Sort, SortKey, python, sql
from qlause.sql import DialectName, Fragment, ParamStyle
from tests.profiles import THOROUGH

from .hostile_texts import HOSTILE, KEYS, field, queries_about

STYLES: Final[tuple[ParamStyle, ...]] = tuple(style for style in get_args(ParamStyle) if style != "inline")
"""All that show parameters; literals are Spark's, and tested there."""
everywhere = pytest.mark.parametrize("dialect", DIALECTS)
in_styles = pytest.mark.parametrize("style", STYLES if THOROUGH else ("qmark", "pyformat"))
_EXECUTED: Final[dict[str, tuple[ParamStyle, ...]]] = {
    "sqlite": ("qmark", "named"),
    "postgresql": ("format", "pyformat"),
    "mariadb": ("format", "pyformat"),
    "mysql": ("format", "pyformat"),
    "duckdb": ("qmark", "numeric_dollar"),
    "clickhouse": ("clickhouse",),  # clickhouse_text is held against it in test_clickhouse.py
}
"""Those that the driver of the tests takes."""


def shape(fragment: Fragment, dialect: DialectName) -> str:
    """The statement as sqlglot reads it, every parameter the same."""
    read = "mysql" if dialect == "mariadb" else {"postgresql": "postgres"}.get(dialect, dialect)
    (statement,) = sqlglot.parse(f"SELECT id FROM documents WHERE {fragment.text}", read=read)
    return repr(statement)


def harmless(text: str, dialect: DialectName) -> str:
    """A text without anything special, for which the dialect writes the same statement.

    SQLite folds the letters beyond ASCII one by one, so there it has the same ones.
    """
    return "benign" + "".join(letter for letter in text if not letter.isascii() and dialect == "sqlite")


@everywhere
@in_styles
def test_no_value_changes_the_text(dialect: DialectName, style: ParamStyle) -> None:
    for text in HOSTILE:
        twins = zip(queries_about("a", harmless(text, dialect)), queries_about("a", text), strict=True)
        for benign, hostile in twins:
            expected = sql.where(benign, dialect, paramstyle=style).text
            assert sql.where(hostile, dialect, paramstyle=style).text == expected


@everywhere
@in_styles
def test_no_key_changes_the_text(dialect: DialectName, style: ParamStyle) -> None:
    # A key that a writer of JSON could escape is looked for otherwise than a plain one, in MariaDB and where it counts.
    plain, odd = "a", "é"
    benign = {
        sql.where(query, dialect, paramstyle=style).text for key in (plain, odd) for query in queries_about(key, "x")
    }
    orders = {sql.order_by(Sort((SortKey(Path((key,))),)), dialect, paramstyle=style).text for key in (plain, odd)}
    for key in KEYS:
        for query in queries_about(key, "x"):
            assert sql.where(query, dialect, paramstyle=style).text in benign, key
        assert sql.order_by(Sort((SortKey(Path((key,))),)), dialect, paramstyle=style).text in orders, key


@everywhere
def test_the_shape_is_that_of_one_statement(dialect: DialectName) -> None:
    style: ParamStyle = "numeric_dollar" if dialect == "postgresql" else "qmark"
    shapes: dict[str, str] = {}
    for text in HOSTILE:
        twins = zip(queries_about("é", harmless(text, dialect)), queries_about("é", text), strict=True)
        for pair in twins:
            fragments = [sql.where(query, dialect, paramstyle=style) for query in pair]
            for fragment in fragments:
                if fragment.text not in shapes:
                    shapes[fragment.text] = shape(fragment, dialect)
            assert shapes[fragments[0].text] == shapes[fragments[1].text]


@everywhere
def test_hostile_keys_and_values_select_the_rows_that_they_name(dialect: DialectName) -> None:
    engine: Database = database(dialect)
    documents: list[dict[str, Any]] = [
        {"id": place, key: HOSTILE[-place % len(HOSTILE)], "o": {key: [key]}, "v": key}
        for place, key in enumerate(KEYS)
    ]
    engine.fill_documents(documents)
    for place, key in enumerate(KEYS):
        other = HOSTILE[-place % len(HOSTILE)]
        below = field("o", key)
        asked = [
            field(key).equals(other),
            below.equals(key),
            field("v").equals(key),
            ~(field("v").contains(key)),
            ~(below.exists()),
        ]
        for query in (*asked, field("v") > key, field("v").ends_with(key)):
            matches = python.predicate(query)
            expected = [document["id"] for document in documents if matches(document)]
            for style in _EXECUTED[dialect]:
                fragment = sql.where(query, dialect, paramstyle=style)
                rows = engine.execute(f"SELECT id FROM documents WHERE {fragment.text} ORDER BY id", fragment.params)
                assert [row[0] for row in rows] == expected, (str(query), fragment)


@everywhere
def test_nul_finds_nothing_and_breaks_nothing(dialect: DialectName) -> None:
    engine = database(dialect)
    documents: list[dict[str, Any]] = [{"id": 1, "a": "x"}, {"id": 2, "a": "x\x01"}, {"id": 3, "a": "y"}, {"id": 4}]
    engine.fill_documents(documents)
    name = field("a")
    tests = [name.equals("x\0"), name > "x\0", name >= "x\0y", name < "x\0", name <= "x\0y", name.contains("\0")]
    for query in [each for test in tests for each in (test, ~test)]:
        matches = python.predicate(query)
        fragment = sql.where(query, dialect)
        rows = engine.execute(f"SELECT id FROM documents WHERE {fragment.text} ORDER BY id", fragment.params)
        assert [row[0] for row in rows] == [each["id"] for each in documents if matches(each)], str(query)
