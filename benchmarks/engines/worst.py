"""The worst that a query of one request can cost each engine, at the default limits and at the public ones.

Each kind of query is made as large as the limits allow. Its time is that of the processor, here and in the server, from
the text of ``q`` to the rows, over a few small documents. ``docs/security.md`` shows the table.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import qlause
from engines.database import Database
from engines.missing import NotInstalledError
from engines.sql import DIALECTS, database
from qlause import Limits, Schema, UnsupportedError, mongo, python, sql
from qlause.sql import DialectName

from ..measure import Row, is_quick, side_by_side

__all__ = ["KINDS", "LIMITS", "largest", "run"]

_COUNT: Final = 200
_QUICK: Final = 5
_AIM: Final = 0.3  # seconds
_LETTERS: Final = "abcdefghijklmnop"
_LANGUAGES: Final = tuple(f"l{number}" for number in range(24))
_SCHEMA: Final = Schema({"id": "integer", "title": {"type": "localized", "languages": _LANGUAGES}, "name": "string"})
LIMITS: Final = {"default": Limits(), "public": Limits.public()}


def _path(limits: Limits) -> str:
    return ".".join(_LETTERS[: limits.path_segments])


def _members(number: int) -> str:
    """More members than are written out in a condition."""
    return ",".join(f"s{number}x{member}" for member in range(33))


def _instant(number: int) -> str:
    return f"2024-01-01T{number // 60:02}:{number % 60:02}:00Z"


KINDS: Final[dict[str, tuple[Callable[[int, Limits], str], Schema | None]]] = {
    "NOT name:~x": (lambda count, _: " ".join(f"NOT name:~x{n}" for n in range(count)), None),
    "NOT name:~x, declared": (lambda count, _: " ".join(f"NOT name:~x{n}" for n in range(count)), _SCHEMA),
    "title:x, 24 languages": (lambda count, _: " OR ".join(f"title:x{n}" for n in range(count)), _SCHEMA),
    "a.b.….p:exists": (lambda count, limits: " ".join(f"{_path(limits)}:exists" for _ in range(count)), None),
    "NOT a.b.….p:1": (lambda count, limits: " ".join(f"NOT {_path(limits)}:{n}" for n in range(count)), None),
    "NOT lines.sku:~x": (lambda count, _: " ".join(f"NOT lines.sku:~x{n}" for n in range(count)), None),
    "lines:elemMatch(n:exists NOT sku:~x …)": (
        lambda count, _: f"lines:elemMatch(n:exists {' '.join(f'NOT sku:~x{n}' for n in range(count))})",
        None,
    ),
    "lines:elemMatch(sku:~x) …": (
        lambda count, _: " ".join(f"NOT lines:elemMatch(sku:~x{n})" for n in range(count)),
        None,
    ),
    "lines:elemMatch(n:exists NOT sku:(x,y,…) …)": (
        lambda count, _: f"lines:elemMatch(n:exists {' '.join(f'NOT sku:({_members(n)})' for n in range(count))})",
        None,
    ),
    "NOT lines:elemMatch(sku:(x,y,…)) …": (
        lambda count, _: " ".join(f"NOT lines:elemMatch(sku:({_members(n)}))" for n in range(count)),
        None,
    ),
    "NOT sku:(x,y,…)": (lambda count, _: " ".join(f"NOT sku:({_members(n)})" for n in range(count)), None),
    "lines:elemMatch(n:exists NOT at:2024-01-01T10:00:00Z …)": (
        lambda count, _: f"lines:elemMatch(n:exists {' '.join(f'NOT at:{_instant(n)}' for n in range(count))})",
        None,
    ),
    "lines:elemMatch(sizes:size(1,3,…))": (
        lambda count, _: f"lines:elemMatch(sizes:size({','.join(str(2 * n + 1) for n in range(count))}))",
        None,
    ),
    "NOT lines:size(n)": (lambda count, _: " ".join(f"NOT lines:size({n + 9})" for n in range(count)), None),
    "name:(~x OR ~y …)": (lambda count, _: f"name:({' OR '.join(f'~x{n}' for n in range(count))})", None),
    "name:(x,y,…)": (lambda count, _: f"name:({','.join(f'x{n}' for n in range(count))})", None),
    "long:~aaa…b, a value of 50 KB": (
        lambda count, limits: f"long:~{'a' * (min(count, limits.contains_length) - 1)}b",
        None,
    ),
}
"""How a query of so many tests is written."""


def run() -> list[Row]:
    """One row an engine and a kind of query: seconds at the default limits, beside the aim, and at the public ones."""
    rows: list[Row] = []
    for dialect in DIALECTS:
        rows += _of_dialect(dialect)
    documents = _documents()
    for engine, ask in (("python", partial(_by_predicate, documents)), ("mongodb, the filter alone", _by_filter)):
        rows += [_row(engine, kind, ask, time.process_time) for kind in KINDS]
    return rows


def largest(kind: str, limits: Limits) -> str:
    """The largest query of a kind that the limits allow."""
    text_of, schema = KINDS[kind]

    def fits(count: int) -> bool:
        try:
            qlause.bind(text_of(count, limits), schema=schema, limits=limits)
        except qlause.LimitExceededError:
            return False
        return True

    low, high = 1, 20_000
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return text_of(low, limits)


def _documents() -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = []
    for number in range(_QUICK if is_quick() else _COUNT):
        deep: Any = number
        for letter in reversed(_LETTERS):
            deep = {letter: deep}
        lines = [{"sku": f"s{number}", "n": number, "sizes": []}, {"sku": "z", "n": 2, "sizes": [1, 2]}]
        titles = dict.fromkeys(_LANGUAGES[:3], f"t{number}")
        documents.append({"id": number, "name": f"the name {number} of it", "lines": lines, "title": titles, **deep})
    documents[-1]["long"] = "a" * 50_000
    return documents


def _of_dialect(dialect: DialectName) -> Iterator[Row]:
    try:
        engine = database(dialect)
    except NotInstalledError as missing:
        for kind in KINDS:
            yield _shown(dialect, kind, None, None, str(missing))
        return
    engine.fill_documents(_documents(), "worst")
    ask, clock = partial(_by_sql, engine), _clock_of(engine)
    yield from (_row(dialect, kind, ask, clock) for kind in KINDS)
    if dialect == "postgresql":  # by default it compiles what it takes for expensive
        engine.execute("SET jit = off", ())
        yield from (_row("postgresql, jit = off", kind, ask, clock) for kind in KINDS)
        engine.execute("RESET jit", ())
    engine.execute("DROP TABLE worst", ())


def _by_sql(engine: Database, text: str, schema: Schema | None, limits: Limits) -> None:
    condition = sql.where(text, engine.dialect, schema=schema, limits=limits)
    engine.execute(f"SELECT id FROM worst WHERE {condition.text}", condition.params)


def _by_predicate(documents: list[dict[str, Any]], text: str, schema: Schema | None, limits: Limits) -> None:
    list(filter(python.predicate(text, schema=schema, limits=limits), documents))


def _by_filter(text: str, schema: Schema | None, limits: Limits) -> None:
    mongo.filter(text, schema=schema, limits=limits)


def _clock_of(engine: Database) -> Callable[[], float]:
    """The time of all processors for this process and the server of an engine."""
    servers: list[int] = []
    if engine.dialect == "postgresql":
        servers = [engine.execute("SELECT pg_backend_pid()", ())[0][0]]
    elif engine.dialect in ("mariadb", "mysql"):
        servers = [int(Path(engine.execute("SELECT @@pid_file", ())[0][0]).read_text())]
    ticks = os.sysconf("SC_CLK_TCK")

    def clock() -> float:
        spent = time.process_time()
        for server in servers:
            figures = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
            spent += (int(figures[11]) + int(figures[12])) / ticks
        return spent

    return clock


def _row(engine: str, kind: str, ask: Callable[[str, Schema | None, Limits], None], clock: Callable[[], float]) -> Row:
    schema = KINDS[kind][1]
    runs = {name: partial(ask, largest(kind, limits), schema, limits) for name, limits in LIMITS.items()}
    try:
        taken = side_by_side(runs, repeats=3, at_least=0.0, clock=clock)
    except UnsupportedError as refused:
        return _shown(engine, kind, None, None, f"refused: {refused.code}")
    return _shown(engine, kind, taken["default"], taken["public"])


def _shown(engine: str, kind: str, default: float | None, public: float | None, note: str = "") -> Row:
    return {
        "engine": engine,
        "query": kind,
        "default s": None if default is None else round(default, 3),
        "public s": None if public is None else round(public, 3),
        f"default : {_AIM} s": None if default is None else round(default / _AIM, 3),
        "note": note,
    }
