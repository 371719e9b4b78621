"""Queries, sorts and fields as trees."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Field, Permission, Schema
from ..syntax.nodes import (
    Clause,
    Comparator,
    Compare,
    Contains,
    Equals,
    Exists,
    Fields,
    LiteralValue,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Path,
    Query,
    Sort,
    SortKey,
    Test,
    conjunction,
    disjunction,
)
from .schemas import LANGUAGES
from .vocabulary import DATES, INSTANTS, OBJECT_IDS, UUIDS, VOCABULARY, Vocabulary, mostly

__all__ = ["clauses", "fields", "literals", "paths", "queries", "sorts"]

_T = TypeVar("_T")
_COMPARATORS: Final[tuple[Comparator, ...]] = (">", ">=", "<", "<=")
_DATE_MATH: Final = ("now", "now-7d", "now+1M", "now-1y/d", "now/w", "now-90m/h", "now+3s", "now/M-1s", "now-2w/y")
_MOMENTS: Final = (
    *INSTANTS,
    *DATES,
    *_DATE_MATH,
    "2019-01-06T12:29:30.602+02:00",
    "2019-01-06T10:29",
    "2019-01-06T05:29:30,602-0500",
    "2019-01-06T24:00:00Z",
)
_SAFE: Final = 2**53 - 1


def paths(*, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[Path]:
    """A path of one segment most of the time, of up to three."""
    segments = st.lists(vocabulary.keys, min_size=1, max_size=3).map(tuple)
    return mostly(vocabulary.keys.map(lambda key: (key,)), segments, 3).map(Path)


def literals(*, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[LiteralValue]:
    """A value as it is written: quoted or bare text, numbers in several spellings, ``true`` and ``false``."""
    return st.one_of(
        _made(LiteralValue, vocabulary.texts, st.booleans()),
        _made(LiteralValue, _number_texts(vocabulary), mostly(st.just(True), st.just(False), 4)),
        _made(LiteralValue, st.sampled_from(("true", "false")), mostly(st.just(True), st.just(False), 4)),
    )


def _made(node: Callable[..., _T], *parts: SearchStrategy[Any]) -> SearchStrategy[_T]:
    """Nodes of these parts. (``st.builds`` would draw spans and source texts too.)"""
    return st.tuples(*parts).map(lambda drawn: node(*drawn))


def clauses(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[Clause]:
    """One field and what is asked of it: a test of every kind, or a group of them that is about one value.

    With a schema, one that binding accepts; where no field may be filtered by, there is none to draw.
    """
    if schema is None:
        return _made(Clause, paths(vocabulary=vocabulary), _tests(Field(), vocabulary))
    asked = [(path, field) for path, field in _named(schema, "filterable") if field.allowed]
    return st.one_of([_made(Clause, st.just(path), _tests(field, vocabulary)) for path, field in asked])


def queries(
    schema: Schema | None = None, *, depth: int = 2, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[Query]:
    """A query: clauses of every kind under AND, OR and NOT, up to ``depth`` of these around a clause.

    With a schema, one that binding accepts.
    """
    nothing: SearchStrategy[Node] = st.just(Or(()))
    leaves = mostly(clauses(schema, vocabulary=vocabulary), nothing, 40)
    if schema is not None and not any(field.allowed for _, field in _named(schema, "filterable")):
        leaves = nothing
    return mostly(_nodes(leaves, depth).map(Query), st.just(Query()), 40)


@st.composite
def sorts(draw: DrawFn, schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> Sort:
    """A sort by up to three fields; with a schema, by fields that may be sorted by."""
    named = None if schema is None else [path for path, field in _named(schema, "sortable") if _has_order(field)]
    found = draw(_lists(named, 3, vocabulary))
    return Sort(tuple(SortKey(path, draw(st.booleans())) for path in found))


def fields(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[Fields]:
    """Fields to keep, up to four; with a schema, such as may be asked for."""
    named = None if schema is None else [path for path, _ in _named(schema, "projectable", whole=True)]
    return _lists(named, 4, vocabulary).map(lambda found: Fields(tuple(found)))


def _lists(named: list[Path] | None, max_size: int, vocabulary: Vocabulary) -> SearchStrategy[list[Path]]:
    """Lists of different paths: of those named, or of any."""
    one = paths(vocabulary=vocabulary) if named is None else st.sampled_from(named)
    return st.just([]) if named == [] else st.lists(one, max_size=max_size, unique=True)


def _named(schema: Schema, permission: Permission, whole: bool = False) -> list[tuple[Path, Field]]:
    """The paths that a request may name, with the fields found there.

    These are the declared ones, each language of a localized one, and one below an open object. The map of a localized
    field is named itself only with ``whole``, or where its languages are known.
    """
    found: list[tuple[Path, Field]] = []
    for path, field in schema:
        if not getattr(field, permission):
            continue
        if field.type != "localized" or whole or (permission == "filterable" and field.languages):
            found.append((path, field))
        below = (field.languages or LANGUAGES) if field.type == "localized" else ("a",) * field.open
        for key in below:
            longer = Path((*path.segments, key))
            resolved = schema.resolve(longer)
            if resolved is not None and getattr(resolved.field, permission):
                found.append((longer, resolved.field))
    return found


def _has_order(field: Field) -> bool:
    return field.type != "object" and (field.type == "any" or not field.array)


def _nodes(leaves: SearchStrategy[Node], depth: int) -> SearchStrategy[Node]:
    if depth == 0:
        return leaves
    inner = _nodes(leaves, depth - 1)
    items = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(leaves, leaves, items.map(conjunction), items.map(disjunction), inner.map(Not))


@lru_cache(512)
def _tests(field: Field, vocabulary: Vocabulary) -> SearchStrategy[Test]:
    """What a clause may ask of the field: one test, a list, a group about one value, or nothing."""
    of_one_value = _tests_of_one_value(field, vocabulary)
    leaves = list(of_one_value)
    if "presence" in field.allowed:
        leaves.append(st.sampled_from((Exists(), Missing(), Null())))
    leaf = st.one_of(leaves)
    kinds = [leaf, leaf, leaf, st.lists(leaf, max_size=4).map(disjunction)]
    if of_one_value:
        one = st.one_of(of_one_value)
        members = st.lists(mostly(leaf, _groups(one, 1), 3), max_size=4)
        kinds += [_groups(one, 2), members.map(disjunction)]
    return st.one_of(kinds)


def _groups(leaves: SearchStrategy[Test], depth: int) -> SearchStrategy[Test]:
    if depth == 0:
        return mostly(leaves, st.just(Or(())), 20)
    inner = _groups(leaves, depth - 1)
    items = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(items.map(conjunction), inner.map(Not), items.map(disjunction), inner)


def _tests_of_one_value(field: Field, vocabulary: Vocabulary) -> list[SearchStrategy[Test]]:
    """The kinds of test that the field takes, but for its presence."""
    readable = _readable(field, vocabulary)
    compared = _undeclared_compared(vocabulary) if field.type == "any" else readable
    needles = vocabulary.texts.filter(bool)
    kinds: dict[str, SearchStrategy[Test]] = {
        "equals": readable.map(Equals),
        "compare": _made(Compare, st.sampled_from(_COMPARATORS), compared),
        "contains": needles.map(Contains),
        "starts_with": _made(Contains, needles, st.just(True), st.booleans()),
        "ends_with": _made(Contains, needles, st.just(False), st.just(True)),
    }
    return [strategy for name, strategy in kinds.items() if name in field.allowed]


def _readable(field: Field, vocabulary: Vocabulary) -> SearchStrategy[LiteralValue]:
    """Literals that can be read as the field's type."""
    bare = st.booleans()
    match field.type:
        case "any":
            return literals(vocabulary=vocabulary)
        case "integer":
            whole = vocabulary.numbers.filter(lambda number: abs(number) <= _SAFE and float(number).is_integer())
            return _made(LiteralValue, whole.map(int).flatmap(_spelled), bare)
        case "number":
            return _made(LiteralValue, _number_texts(vocabulary).filter(_is_safe), bare)
        case "boolean":
            return _made(LiteralValue, st.sampled_from(("true", "false")), bare)
        case "date-time":
            return st.sampled_from(_MOMENTS).map(LiteralValue)
        case "date":
            return st.sampled_from((*DATES, *_DATE_MATH)).map(LiteralValue)
        case "uuid":
            return st.sampled_from((*UUIDS, UUIDS[0].upper())).map(LiteralValue)
        case "objectid":
            return st.sampled_from((*OBJECT_IDS, OBJECT_IDS[0].upper())).map(LiteralValue)
        case "enum":
            return st.sampled_from(field.values).map(LiteralValue)
        case _:
            return _made(LiteralValue, vocabulary.texts, bare)


def _undeclared_compared(vocabulary: Vocabulary) -> SearchStrategy[LiteralValue]:
    """Literals that a comparator without a declared type takes: a bare number must be one that is safe (rule 15)."""
    return literals(vocabulary=vocabulary).map(
        lambda literal: literal if not literal.bare or _is_safe(literal.text) else LiteralValue(literal.text)
    )


def _number_texts(vocabulary: Vocabulary) -> SearchStrategy[str]:
    return vocabulary.numbers.flatmap(_spelled)


def _spelled(number: float) -> SearchStrategy[str]:
    """Ways to write the same number as JSON."""
    plain = json.dumps(number)
    ways = [plain]
    if "." not in plain and "e" not in plain and len(plain) < 16:
        ways += [f"{plain}.0", f"{plain}e0", f"{plain}.0e0", f"{plain}.00E+0"]
    return st.sampled_from(ways)


def _is_safe(text: str) -> bool:
    return not text.removeprefix("-").isdigit() or abs(int(text)) <= _SAFE
