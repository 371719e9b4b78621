"""The one table of engines that every conformance case is run on. A new backend or dialect is one more row.

A row's ``run`` gets a :class:`~.cases.Request` and gives, for ``q``, the ids of the selected documents in any order;
for ``sort``, the ids of all, or of those on the page, in sorted order; for ``fields``, the projected documents in
document order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from engines import sql
from engines.missing import is_importable
from engines.mongodb import server
from engines.orm import ORM_DIALECTS
from qlause import Cursor, python

from . import integrations, mongo_backend, sql_backend
from .cases import Case, Native, Request
from .cursors import sent

__all__ = ["ENGINES", "Engine", "runs"]


@dataclass(frozen=True)
class Engine:
    """One engine of one backend."""

    name: str
    backend: str
    """The module of ``qlause`` whose functions make what the engine is asked."""
    run: Callable[[Request], list[Any]]
    natives: frozenset[Native] = frozenset()
    """The native values that it can hold; a case with others is not run on it."""
    ordered_keys: bool = True
    """Whether objects keep the order of their keys."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Cases that the backend refuses, with UnsupportedError or a page with ``cursor_value``: the case's id, and why the
    promise cannot be kept."""
    is_installed: Callable[[], bool] = lambda: True  # the default of a field
    """Whether all cases are worth trying. Where it is not, one case says what is missing."""
    group: str | None = None
    """The group of its tests, where those of one group are to run in one process."""
    otherwise: Mapping[str, str] = field(default_factory=dict)
    """Sorts that come out in the engine's own order, as its documentation says: the case's id, and why."""


def runs(engine: Engine, case: Case) -> bool:
    """Whether the case is run on the engine: it can hold the documents."""
    return case.natives <= engine.natives


def _python(request: Request) -> list[Any]:
    documents = request.documents
    if request.kind == "q":
        matches = python.predicate(request.text, **request.options)
        return [document["id"] for document in documents if matches(document)]
    if request.kind == "sort":
        return _sorted(request)
    project = python.projector(request.text, **request.options)
    return [project(document) for document in documents]


def _sorted(request: Request) -> list[Any]:
    place, options, backward = request.place, request.options, request.backward
    cursor = None if place is None else sent(Cursor.of(place.sort, place.document, **options))
    behind = python.after(request.text, cursor, backward=backward, **options)
    backwards = request.documents[::-1]  # the order must come from the key, not from that of the documents
    found = sorted(backwards, key=python.sort_key(request.text, **options), reverse=backward)
    return [document["id"] for document in found if behind(document)]


ENGINES: Final[tuple[Engine, ...]] = (
    Engine(
        name="python",
        backend="python",
        run=_python,
        natives=frozenset({"$date", "$day", "$time", "$uuid", "$decimal"}),
        refused={},  # the reference refuses nothing
    ),
    *(
        Engine(
            name=name,
            backend="mongo",
            run=run,
            is_installed=is_installed,
            natives=frozenset({"$date", "$uuid", "$decimal"}),
            refused=mongo_backend.REFUSED,
            otherwise=mongo_backend.OTHERWISE,
        )
        for name, run, is_installed in (
            ("mongodb", mongo_backend.run, server.is_installed),
            ("mongodb matcher", mongo_backend.run_by_matcher, lambda: True),
        )
    ),
    *(
        Engine(
            name=dialect,
            backend="sql",
            run=partial(sql_backend.run, dialect),
            is_installed=partial(sql.is_installed, dialect),
            natives=frozenset(),  # a JSON column holds none
            ordered_keys=dialect not in ("postgresql", "mysql"),  # these parse JSON when it is stored
            refused={},  # no dialect refuses anything
        )
        for dialect in sql.DIALECTS
    ),
    Engine(
        name="postgresql asyncpg",
        backend="sql",
        run=sql_backend.run_asyncpg,
        is_installed=partial(is_importable, "asyncpg", "psycopg"),
        ordered_keys=False,
    ),
    Engine(
        name="spark",
        backend="sql",
        run=partial(sql_backend.run_together, "spark"),
        is_installed=partial(sql.is_installed, "spark"),
        refused={},  # it refuses nothing
        group="spark",
    ),
    *(
        Engine(
            name=f"{library} {dialect}",
            backend=library,
            run=run(dialect),
            is_installed=partial(sql.is_installed, dialect),
            ordered_keys=dialect != "postgresql",
        )
        for library, run in integrations.RUNS.items()
        for dialect in ORM_DIALECTS
    ),
)
