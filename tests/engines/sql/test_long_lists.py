"""Lists of many members find what short ones find: as one parameter or written out, by an index or without one.

Engines treat long lists in ways of their own: MariaDB makes a table of one of a thousand.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engines.sql import DIALECTS, database
from qlause import Field, Query, Schema, field, python, sql
from qlause.sql import DialectName
from tests.engine_notes import note
from tests.profiles import THOROUGH

_TEXTS: Final = (
    "a",
    "A",
    "a ",
    " a",
    "á",
    "a\u0301",
    "ä",
    "ß",
    "ss",
    "1",
    "1.0",
    "01",
    "true",
    "",
    "%",
    "\\",
    "'",
    "😀",
)
_DOUBLES: Final = (0, 1, 1.0, 0.1, -1, 2.5, 10**15 + 0.5, -1e-300)
"""Numbers that a declared field takes."""
_NUMBERS: Final = (*_DOUBLES, 2**53, 2**53 + 1, 2**63, 1e22, 1e300)
_WHOLE: Final = (0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1)
_VALUES: Final = (*_TEXTS, *_NUMBERS, True, False, None)
_COLUMN_TYPES: Final[dict[str, tuple[str, str, str]]] = {
    "sqlite": ("TEXT", "INTEGER", "REAL"),
    "postgresql": ("varchar(40)", "bigint", "double precision"),
    "mariadb": ("VARCHAR(40)", "BIGINT", "DOUBLE"),
    "mysql": ("VARCHAR(40)", "BIGINT", "DOUBLE"),
    "duckdb": ("VARCHAR", "BIGINT", "DOUBLE"),
    "clickhouse": ("Nullable(String)", "Nullable(Int64)", "Nullable(Float64)"),
}
"""Of a text, a whole number and any number."""
_DOCUMENTS: Final = [
    {"id": number, "v": value, "all": [value, "z"], "lines": [{"v": value}, {"n": 1}]}
    for number, value in enumerate(_VALUES)
]
_COLUMNS: Final = Schema(
    {
        "t": Field(type="string", column="t", stored="t"),
        "folded": Field(type="string", column="t", stored="t", ignore_case=True),
        "i": Field(type="integer", column="i", stored="i"),
        "f": Field(type="number", column="f", stored="f"),
    }
)
_ROWS: Final = [
    (number, text, whole, any_number)
    for number, (text, whole, any_number) in enumerate(
        [
            *[(text, None, None) for text in _TEXTS],
            *[(None, whole, None) for whole in _WHOLE],
            *[(None, None, float(value)) for value in _NUMBERS],
        ]
    )
]
_LENGTHS: Final = (33, 1_001)  # more than are written out; more than MariaDB takes for a list


_EXAMPLES: Final = settings(
    max_examples=40 if THOROUGH else 3, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


def _long(members: list[Any], length: int) -> list[Any]:
    """A list with others behind the members, of the kinds that these have."""
    fillers = [f"other {number}" for number in range(length)]
    if all(isinstance(member, (int, float)) for member in members):
        return [*members, *(1_000 + number for number in range(length))]
    return [*members, *fillers]


def _members(values: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=6, unique_by=lambda value: (type(value), value))


@cache
def _fill(dialect: DialectName) -> None:
    engine = database(dialect)
    engine.fill_documents(_DOCUMENTS, "long_documents")
    types = dict(zip(("id", "t", "i", "f"), ("BIGINT", *_COLUMN_TYPES[dialect]), strict=True))
    engine.fill_table("long_rows", types, _ROWS)


def _check(dialect: DialectName, table: str, asked: list[Query], documents: list[Any], schema: Schema | None) -> None:
    both = [*asked, *(~query for query in asked)]
    fragments = [sql.where(query, dialect, schema=schema) for query in both]
    for query, found in zip(both, database(dialect).selected(table, fragments), strict=True):
        matches = python.predicate(query, schema=schema)
        assert sorted(found) == [each["id"] for each in documents if matches(each)], (dialect, str(query)[:200])
    note(dialect, "", "pairs", len(both) * len(documents))


@pytest.mark.parametrize("dialect", DIALECTS)
@given(members=_members(_TEXTS + _NUMBERS), length=st.sampled_from(_LENGTHS))
@_EXAMPLES
def test_a_long_list_of_a_document(dialect: DialectName, members: list[Any], length: int) -> None:
    _fill(dialect)
    members = _long(members, length)
    listed = field("v").one_of(members)
    asked = [listed, field("all").one_of(members), field("lines").elem_match(listed), listed | field("v").contains("S")]
    _check(dialect, "long_documents", asked, _DOCUMENTS, None)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(texts=_members(_TEXTS), numbers=_members(_DOUBLES), whole=_members(_WHOLE), length=st.sampled_from(_LENGTHS))
@_EXAMPLES
def test_a_long_list_of_a_column(
    dialect: DialectName, texts: list[Any], numbers: list[Any], whole: list[Any], length: int
) -> None:
    _fill(dialect)
    documents = [
        {name: value for name, value in zip(("id", "t", "i", "f"), row, strict=True) if value is not None}
        for row in _ROWS
    ]
    lists = {"t": texts, "folded": texts, "i": whole, "f": numbers}
    asked = [field(name).one_of(_long(members, length)) for name, members in lists.items()]
    _check(dialect, "long_rows", asked, documents, _COLUMNS)
