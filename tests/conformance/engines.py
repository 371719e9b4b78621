"""The one table of engines that every conformance case is run on. A new backend or dialect is one more row.

A row's ``run`` gets a :class:`~.cases.Request` and gives, for ``q``, the ids of the selected documents in any order;
for ``sort``, the ids of all, or of those on the page, in sorted order; for ``fields``, the projected documents in
document order.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from typing import Any, Final

from engines import sql
from engines.missing import is_importable
from engines.mongodb import server
from engines.orm import ORM_DIALECTS
from qlause import Cursor, python
from qlause.sql import DialectName

from . import integrations, mongo_backend, sql_backend
from .cases import Case, Native, Request, load
from .cursors import sent

__all__ = ["ENGINES", "Engine", "number_of_cases", "reasons", "runs"]


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
    version: Callable[[], str] = lambda: ""
    """What it is run as."""


def runs(engine: Engine, case: Case) -> bool:
    """Whether the case is run on the engine: it can hold the documents."""
    return case.natives <= engine.natives


def number_of_cases(engine: Engine) -> int:
    """How many cases with an answer are run on the engine."""
    return sum(case.expected is not None and runs(engine, case) for case in load())


def reasons(engine: Engine) -> list[str]:
    """Why the engine refuses cases, or answers in an order of its own: each reason once."""
    return list(dict.fromkeys([*engine.refused.values(), *engine.otherwise.values()]))


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


def _library_version(library: str, dialect: DialectName) -> str:
    return f"{metadata.version(library)} on {sql.version(dialect)}"


_PARSED: Final = {"postgresql", "mysql"}
"""These parse JSON when it is stored."""
_MONGODB: Final[tuple[tuple[str, Callable[[Request], list[Any]], Callable[[], bool], Callable[[], str]], ...]] = (
    *(
        (name, partial(mongo_backend.run, name), partial(server.is_installed, name), partial(server.version, name))
        for name in server.SERVERS
    ),
    ("matcher", mongo_backend.run_by_matcher, lambda: True, lambda: ""),
)
ENGINES: Final[tuple[Engine, ...]] = (
    Engine(
        name="python",
        backend="python",
        run=_python,
        natives=frozenset({"$date", "$day", "$time", "$uuid", "$decimal"}),
        refused={},  # the reference refuses nothing
        version=platform.python_version,
    ),
    *(
        Engine(
            name=f"mongodb {name}",
            backend="mongo",
            run=run,
            is_installed=is_installed,
            natives=frozenset({"$date", "$uuid", "$decimal"}),
            refused=mongo_backend.REFUSED,
            otherwise=mongo_backend.OTHERWISE,
            version=version,
        )
        for name, run, is_installed, version in _MONGODB
    ),
    *(
        Engine(
            name=dialect,
            backend="sql",
            run=partial(sql_backend.run, dialect),
            is_installed=partial(sql.is_installed, dialect),
            natives=frozenset(),  # a JSON column holds none
            ordered_keys=dialect not in _PARSED,
            refused={},  # no dialect refuses anything
            version=partial(sql.version, dialect),
        )
        for dialect in sql.DIALECTS
    ),
    Engine(
        name="postgresql asyncpg",
        backend="sql",
        run=sql_backend.run_asyncpg,
        is_installed=partial(is_importable, "asyncpg", "psycopg"),
        ordered_keys=False,
        version=partial(sql.version, "postgresql"),
    ),
    Engine(
        name="spark",
        backend="sql",
        run=partial(sql_backend.run_together, "spark"),
        is_installed=partial(sql.is_installed, "spark"),
        refused={},  # it refuses nothing
        version=partial(sql.version, "spark"),
        group="spark",
    ),
    *(
        Engine(
            name=f"{library} {dialect}",
            backend=library,
            run=run(dialect),
            is_installed=partial(sql.is_installed, dialect),
            ordered_keys=dialect not in _PARSED,
            version=partial(_library_version, library, dialect),
        )
        for library, run in integrations.RUNS.items()
        for dialect in ORM_DIALECTS
    ),
)
