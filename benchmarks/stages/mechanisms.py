"""What each mechanism that makes qlause faster gains alone: the same work with it, and with it switched off.

A mechanism is switched off here, not by an option of qlause: what it keeps is swapped for something empty during the
call, or what decides for it is patched. The ratio of a mechanism that no longer pays is about 1.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import cycle
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import qlause
from examples.contact_assignments import documents
from qlause import mongo, python, sql
from qlause.backends.mongo import filters
from qlause.backends.parameters.kept import Kept
from qlause.backends.python import source
from qlause.backends.python.prefilter import Prefilter
from qlause.backends.sql import compiler
from qlause.cache import Bounded
from qlause.cli.input.byte_stream import ByteStream
from qlause.cli.input.ndjson_reader import read_ndjson
from qlause.cli.input.reader import ReadContext
from qlause.syntax import lalr

from ..measure import Row, is_quick, ratio, side_by_side
from ..peers.parse import QLAUSE

__all__ = ["run"]

_Call = Callable[[], object]
_MANY: Final = 16  # queries of one structure, asked in turns
_DOCUMENTS: Final = 500
_LINES: Final = 20_000
_ORDERED: Final = {
    "four clauses": 'customer.name:("John","Jack","James") legalEntity.name:~smith primary:true '
    'metadata.createdAt:(>="2020-01-01T00:00:00Z" AND <"2022-01-01T00:00:00Z")',
    "an array first": "legalEntity.customerGroups.name.fr:~groupe type:BILLING primary:true",
}
_FILTERED: Final = {
    "selective": 'metadata.createdAt:(>="2020-02-01T00:00:00Z" AND <"2020-02-02T00:00:00Z")',
    "unselective": "NOT type:BILLING",
}


class _Comparison(NamedTuple):
    """One piece of work, done with a mechanism and without it."""

    mechanism: str
    query: str
    work: str
    with_it: _Call
    without_it: _Call


def run() -> list[Row]:
    """One row a mechanism and query: microseconds with it and without it, and their ratio."""
    comparisons = [*_parser_steps(), *_kept_statements(), *_order_of_tests(), *_prefilter(), *_cached()]
    return [_row(comparison) for comparison in comparisons]


def _row(comparison: _Comparison) -> Row:
    spent = side_by_side({"with": comparison.with_it, "without": comparison.without_it})
    return {
        "mechanism": comparison.mechanism,
        "query": comparison.query,
        "work": comparison.work,
        "with µs": round(spent["with"] * 1e6, 2),
        "without µs": round(spent["without"] * 1e6, 2),
        "with : without": ratio(spent["with"], spent["without"]),
    }


class _Swap(NamedTuple):
    """An attribute, and what makes the value that it has while a mechanism is off."""

    owner: Any
    name: str
    make: Callable[[], object]


def _without(swaps: Sequence[_Swap], call: _Call) -> _Call:
    """The call with the attributes swapped, and swapped back after it."""

    def run() -> object:
        values = [getattr(owner, name) for owner, name, _ in swaps]
        for owner, name, make in swaps:
            setattr(owner, name, make())
        try:
            return call()
        finally:
            for (owner, name, _), value in zip(swaps, values, strict=True):
                setattr(owner, name, value)

    return run


def _parser_steps() -> Iterator[_Comparison]:
    """The parser keeps what a token leads to from each of its stacks."""
    swaps = [_Swap(lalr, "_STARTS", dict)]
    for name, text in QLAUSE._asdict().items():
        parse = partial(qlause.parse, text)
        yield _Comparison("kept parser steps", name.replace("_", " "), "parse", parse, _without(swaps, parse))


def _empty(kept: Kept[Any]) -> list[_Swap]:
    return [_Swap(kept, "_entries", Bounded)]


_KEPT_PREDICATES: Final = [*_empty(source.TEMPLATES), _Swap(source, "_CODES", Bounded)]


def _kept_statements() -> Iterator[_Comparison]:
    """A backend keeps what it compiled for queries that differ in their constants only."""
    queries = [qlause.parse(QLAUSE.four_clauses.replace("Smith", f"Smith{number}")) for number in range(_MANY)]
    for work, compile_query, swaps in (
        ("SQL, SQLite", partial(sql.where, dialect="sqlite"), _empty(compiler.STATEMENTS)),
        ("SQL, PostgreSQL", partial(sql.where, dialect="postgresql"), _empty(compiler.STATEMENTS)),
        ("MongoDB filter", mongo.filter, _empty(filters.TEMPLATES)),
        ("predicate", python.predicate, _KEPT_PREDICATES),
    ):
        call = partial(_next_of, compile_query, cycle(queries))
        yield _Comparison("kept statements", "four clauses", f"bind, {work}", call, _without(swaps, call))


def _next_of(function: Callable[[Any], object], queries: Iterator[qlause.Query]) -> object:
    return function(next(queries))


def _forget_sources() -> None:
    source.TEMPLATES.clear()
    source._CODES.clear()


def _order_of_tests() -> Iterator[_Comparison]:
    """The Python predicate asks first what is cheap and decides much."""
    stored = list(documents(_DOCUMENTS))
    for name, text in _ORDERED.items():
        _forget_sources()
        ordered = python.predicate(text)
        _forget_sources()
        with patch.object(source, "in_order", lambda parts, _: parts):
            as_written = python.predicate(text)
            calls = [partial(_select, predicate, stored) for predicate in (ordered, as_written)]
            assert calls[0]() == calls[1]()  # compiles what is compiled on first use, in the order of each
        _forget_sources()
        yield _Comparison("order of tests by cost", name, f"{_DOCUMENTS} documents", *calls)


def _select(predicate: Callable[[Any], bool], stored: list[dict[str, Any]]) -> list[bool]:
    return [predicate(document) for document in stored]


def _prefilter() -> Iterator[_Comparison]:
    """``qlause filter`` does not parse lines that cannot match."""
    count = _LINES // 20 if is_quick() else _LINES
    command = [sys.executable, "-m", "examples.contact_assignments", str(count)]
    lines = subprocess.run(command, capture_output=True, check=True).stdout
    for name, text in _FILTERED.items():
        matches = python.predicate(text)
        prefilter = Prefilter(qlause.bind(text).root)
        calls = [partial(_filter, lines, matches, each) for each in (prefilter, None)]
        assert calls[0]() == calls[1]()
        yield _Comparison("prefilter", name, f"{count:,} lines", *calls)


def _filter(lines: bytes, matches: Callable[[Any], bool], prefilter: Prefilter | None) -> int:
    """How many lines match."""
    refuse = _refuse_broken_line
    context = ReadContext(refuse, refuse, matches, prefilter, watch=None, begin_table=lambda _: None)
    return sum(1 for _ in read_ndjson(ByteStream(BytesIO(lines).read), context))


def _refuse_broken_line(line: int | None, problem: str) -> None:
    raise AssertionError(f"line {line}: {problem}")


def _cached() -> Iterator[_Comparison]:
    """``qlause.cached`` keeps what was made of a text."""
    for name, text in QLAUSE._asdict().items():
        kept = partial(qlause.cached(python.predicate), text)
        yield _Comparison(
            "qlause.cached", name.replace("_", " "), "predicate from text", kept, partial(python.predicate, text)
        )
