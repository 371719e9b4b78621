"""Queries and sorts on SQL engines, compared with the Python predicate and sort key."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, Literal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from engines.database import Database
from engines.missing import NotInstalledError
from engines.sql import DIALECTS, database
from qlause import Query, Schema, Sort, python, sql
from qlause.testing import documents, schemas
from tests.engine_notes import note
from tests.profiles import THOROUGH

PAIRS_IN_CI: Final = 70_000
PAIRS: Final = int(os.environ.get("QLAUSE_SQL_PAIRS", PAIRS_IN_CI if THOROUGH else 1_800))
"""How many pairs of a query and a document each of three tests compares on each engine, about."""
_DOCUMENTS, _QUERIES = 20, 15
NULLS: Final[tuple[Literal["first", "last"] | None, ...]] = (None, "first", "last")
PAIRS_IN_EXAMPLE: Final = 2 * _DOCUMENTS * _QUERIES
Documents = list[dict[str, Any]]


def thorough(pairs: int) -> settings:
    """As many examples as it takes; each asks its queries as they are and under NOT. The first is the simplest."""
    return settings(
        max_examples=max(3, pairs // PAIRS_IN_EXAMPLE),
        deadline=None,
        # A failure names the query, the engine and the documents; shrinking lists on servers would take an hour.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


@cache
def available_databases() -> tuple[Database, ...]:
    found = []
    for dialect in DIALECTS:
        try:
            found.append(database(dialect))
        except NotInstalledError:
            continue
    return tuple(found)


@st.composite
def cases(draw: st.DrawFn, declared: bool, asked: Any) -> tuple[Schema | None, list[Any], Documents]:
    """A schema or none, what is asked of it, and documents with ids."""
    schema = draw(schemas()) if declared else None
    drawn = draw(st.lists(asked(schema), min_size=_QUERIES, max_size=_QUERIES))
    stored = draw(st.lists(documents(schema), min_size=_DOCUMENTS, max_size=_DOCUMENTS))
    return schema, drawn, [{**document, "id": number} for number, document in enumerate(stored, 1)]


def check_queries(asked: Iterable[Database], schema: Schema | None, drawn: list[Query], stored: Documents) -> None:
    both = [*drawn, *(~each for each in drawn)]
    expected = []
    for query in both:
        matches = python.predicate(query, schema=schema)
        expected.append({document["id"] for document in stored if matches(document)})
    for engine in asked:
        engine.fill_documents(stored)
        fragments = [sql.where(query, engine.dialect, schema=schema) for query in both]
        found = engine.selected("documents", fragments)
        for query, fragment, rows, wanted in zip(both, fragments, found, expected, strict=True):
            wrong = set(rows) ^ wanted
            assert not wrong, (engine.dialect, str(query), [stored[number - 1] for number in wrong], fragment)
        note(engine.dialect, "", "pairs", len(both) * len(stored))


def check_sorts(asked: Iterable[Database], schema: Schema | None, drawn: list[Sort], stored: Documents) -> None:
    sorts = [(sort, nulls) for sort in drawn for nulls in NULLS]
    expected = [sorted(stored, key=python.sort_key(sort, schema=schema, nulls=nulls)) for sort, nulls in sorts]
    for engine in asked:
        engine.fill_documents(stored)
        fragments = [sql.order_by(sort, engine.dialect, schema=schema, nulls=nulls) for sort, nulls in sorts]
        found = engine.ordered("documents", fragments)
        for (sort, nulls), fragment, rows, wanted in zip(sorts, fragments, found, expected, strict=True):
            assert rows == [document["id"] for document in wanted], (engine.dialect, str(sort), nulls, fragment)
