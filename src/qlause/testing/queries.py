"""Queries, sorts and fields as trees."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar, assert_never, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Field, Operator, Permission, Schema
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
from .vocabulary import DATES, INSTANTS, OBJECT_IDS, TIMES, UUIDS, VOCABULARY, Vocabulary, mostly

__all__ = ["clauses", "fields", "literals", "paths", "queries", "sorts"]

_T = TypeVar("_T")
_COMPARATORS: Final[tuple[Comparator, ...]] = get_args(Comparator)
_OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)
_DATE_MATH: Final = ("now", "now-7d", "now+1M", "now-1y/d", "now/w", "now-90m/h", "now+3s", "now/M-1s", "now-2w/y")
_DATE_TIMES: Final = (
    *INSTANTS,
    *DATES,
    *_DATE_MATH,
    "2019-01-06T12:29:30.602+02:00",
    "2019-01-06T10:29",
    "2019-01-06T05:29:30,602-0500",
    "2019-01-06T24:00:00Z",
)
_MAX_SAFE_INTEGER: Final = 2**53 - 1


def paths(*, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[Path]:
    """Paths of one to three segments, most of them of one.

    Args:
        vocabulary: The keys of the segments.

    Returns:
        A strategy for paths.

    Example:
        >>> @given(paths())
        ... def test_a_path_is_parsed_as_a_field(path):
        ...     assert parse_fields(str(path)).paths == (path,)
        >>> test_a_path_is_parsed_as_a_field()

    """
    segments = st.lists(vocabulary.keys, min_size=1, max_size=3).map(tuple)
    return mostly(vocabulary.keys.map(lambda key: (key,)), segments, 3).map(Path)


def literals(*, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[LiteralValue]:
    """Values in queries: quoted and bare texts, numbers in several spellings, ``true`` and ``false``.

    Args:
        vocabulary: The texts and numbers.

    Returns:
        A strategy for literals.

    Example:
        >>> @given(literals())
        ... def test_quotes_make_a_literal_text(literal):
        ...     assert not parse("a:" + json.dumps(literal.text)).root.test.literal.bare
        >>> test_quotes_make_a_literal_text()

    """
    mostly_bare = mostly(st.just(True), st.just(False), 4)
    return st.one_of(
        _nodes_of(LiteralValue, vocabulary.texts, st.booleans()),
        _nodes_of(LiteralValue, _number_texts(vocabulary), mostly_bare),
        _nodes_of(LiteralValue, st.sampled_from(("true", "false")), mostly_bare),
    )


def clauses(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[Clause]:
    """Clauses: one field with any kind of test, or with a group of tests of one value.

    Args:
        schema: The fields and operators that a clause may use. None: any. If no field can be filtered by, the
            strategy is empty.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for clauses that can be bound with the schema.

    Example:
        >>> schema = Schema({"qty": "integer"})
        >>> @given(clauses(schema))
        ... def test_clauses_name_declared_fields(clause):
        ...     assert str(clause.path) == "qty"
        >>> test_clauses_name_declared_fields()

    """
    if schema is None:
        return _nodes_of(Clause, paths(vocabulary=vocabulary), _tests(Field(), vocabulary))
    return st.one_of(
        [
            _nodes_of(Clause, st.just(path), _tests(field, vocabulary))
            for path, field in _named_paths(schema, "filterable")
            if field.allowed
        ]
    )


def queries(
    schema: Schema | None = None, *, depth: int = 2, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[Query]:
    """Queries: :func:`clauses` under AND, OR and NOT.

    Args:
        schema: The fields and operators that a query may use. None: any.
        depth: How many operators may enclose a clause.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for queries that can be bound with the schema.

    Example:
        >>> @given(queries())
        ... def test_canonical_text_is_parsed_to_the_same_query(query):
        ...     assert parse(str(query)) == query
        >>> test_canonical_text_is_parsed_to_the_same_query()

    """
    nothing: SearchStrategy[Node] = st.just(Or(()))
    leaves = mostly(clauses(schema, vocabulary=vocabulary), nothing, 40)
    if schema is not None and not any(field.allowed for _, field in _named_paths(schema, "filterable")):
        leaves = nothing
    return mostly(_combinations(leaves, depth).map(Query), st.just(Query()), 40)


@st.composite
def sorts(draw: DrawFn, schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> Sort:  # noqa: D417  # callers do not give draw
    """Sorts by up to three fields.

    Args:
        schema: The fields that may be sorted by. None: any.
        vocabulary: The keys of the paths.

    Returns:
        A strategy for sorts that can be bound with the schema.

    Example:
        >>> @given(sorts())
        ... def test_canonical_text_is_parsed_to_the_same_sort(sort):
        ...     assert parse_sort(str(sort)) == sort
        >>> test_canonical_text_is_parsed_to_the_same_sort()

    """
    sortable = None
    if schema is not None:
        sortable = [path for path, field in _named_paths(schema, "sortable") if _has_order(field)]
    drawn = draw(_path_lists(sortable, 3, vocabulary))
    return Sort(tuple(SortKey(path, draw(st.booleans())) for path in drawn))


def fields(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[Fields]:
    """Up to four fields to return.

    Args:
        schema: The fields that may be returned. None: any.
        vocabulary: The keys of the paths.

    Returns:
        A strategy for fields that can be bound with the schema.

    Example:
        >>> @given(fields(), documents())
        ... def test_a_projection_adds_no_keys(fields, document):
        ...     assert python.projector(fields)(document).keys() <= document.keys()
        >>> test_a_projection_adds_no_keys()

    """
    projectable = None
    if schema is not None:
        projectable = [path for path, _ in _named_paths(schema, "projectable", whole_maps=True)]
    return _path_lists(projectable, 4, vocabulary).map(lambda drawn: Fields(tuple(drawn)))


def _nodes_of(node: Callable[..., _T], *parts: SearchStrategy[Any]) -> SearchStrategy[_T]:
    """Nodes of these parts. ``st.builds`` would draw spans and source texts too."""
    return st.tuples(*parts).map(lambda drawn: node(*drawn))


def _path_lists(allowed: list[Path] | None, max_size: int, vocabulary: Vocabulary) -> SearchStrategy[list[Path]]:
    """Lists of different paths: of those allowed, or of any."""
    elements = paths(vocabulary=vocabulary) if allowed is None else st.sampled_from(allowed)
    return st.just([]) if allowed == [] else st.lists(elements, max_size=max_size, unique=True)


def _named_paths(schema: Schema, permission: Permission, whole_maps: bool = False) -> list[tuple[Path, Field]]:
    """The paths that a request may name, with the fields there.

    These are the declared ones, each language of a localized one, and one path below an open object. A localized field
    without its language is named only with ``whole_maps``, or in a filter if its languages are declared.
    """
    named: list[tuple[Path, Field]] = []
    for path, field in schema:
        if not getattr(field, permission):
            continue
        if field.type != "localized" or whole_maps or (permission == "filterable" and field.languages):
            named.append((path, field))
        for key in _keys_below(field):
            inner_path = Path((*path.segments, key))
            resolved = schema.resolve(inner_path)
            if resolved is not None and getattr(resolved.field, permission):
                named.append((inner_path, resolved.field))
    return named


def _keys_below(field: Field) -> Sequence[str]:
    if field.type == "localized":
        return field.languages or LANGUAGES
    return ("a",) if field.open else ()


def _has_order(field: Field) -> bool:
    return field.type != "object" and (field.type == "any" or not field.array)


def _combinations(leaves: SearchStrategy[Node], depth: int) -> SearchStrategy[Node]:
    if depth == 0:
        return leaves
    inner = _combinations(leaves, depth - 1)
    items = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(leaves, leaves, items.map(conjunction), items.map(disjunction), inner.map(Not))


@lru_cache(512)
def _tests(field: Field, vocabulary: Vocabulary) -> SearchStrategy[Test]:
    """The tests that a clause may make of the field: one test, a list, a group about one value, or nothing."""
    of_one_value = [
        _tests_with(operator, field, vocabulary)
        for operator in _OPERATORS
        if operator in field.allowed and operator != "presence"
    ]
    leaves = list(of_one_value)
    if "presence" in field.allowed:
        leaves.append(_tests_with("presence", field, vocabulary))
    leaf = st.one_of(leaves)
    strategies = [leaf, leaf, leaf, st.lists(leaf, max_size=4).map(disjunction)]
    if of_one_value:
        value_test = st.one_of(of_one_value)
        members = st.lists(mostly(leaf, _groups(value_test, 1), 3), max_size=4)
        strategies += [_groups(value_test, 2), members.map(disjunction)]
    return st.one_of(strategies)


def _groups(leaves: SearchStrategy[Test], depth: int) -> SearchStrategy[Test]:
    if depth == 0:
        return mostly(leaves, st.just(Or(())), 20)
    inner = _groups(leaves, depth - 1)
    items = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(items.map(conjunction), inner.map(Not), items.map(disjunction), inner)


def _tests_with(operator: Operator, field: Field, vocabulary: Vocabulary) -> SearchStrategy[Test]:
    """The tests that use an operator."""
    contained = vocabulary.texts.filter(bool)
    match operator:
        case "equals":
            return _readable_literals(field, vocabulary).map(Equals)
        case "compare":
            return _nodes_of(Compare, st.sampled_from(_COMPARATORS), _comparable_literals(field, vocabulary))
        case "contains":
            return contained.map(Contains)
        case "starts_with":
            return _nodes_of(Contains, contained, st.just(True), st.booleans())
        case "ends_with":
            return _nodes_of(Contains, contained, st.just(False), st.just(True))
        case "presence":
            return st.sampled_from((Exists(), Missing(), Null()))
        case _:
            assert_never(operator)


def _readable_literals(field: Field, vocabulary: Vocabulary) -> SearchStrategy[LiteralValue]:
    """Literals that can be read as the field's type."""
    bare = st.booleans()
    match field.type:
        case "any":
            return literals(vocabulary=vocabulary)
        case "integer":
            return _nodes_of(LiteralValue, vocabulary.numbers.filter(_is_safe_integer).map(int).flatmap(_spelled), bare)
        case "number":
            return _nodes_of(LiteralValue, _number_texts(vocabulary).filter(_is_safe), bare)
        case "boolean":
            return _nodes_of(LiteralValue, st.sampled_from(("true", "false")), bare)
        case "date-time":
            return st.sampled_from(_DATE_TIMES).map(LiteralValue)
        case "date":
            return st.sampled_from((*DATES, *_DATE_MATH)).map(LiteralValue)
        case "time":
            return st.sampled_from((*TIMES, "10:29", "10:29:30.6", "10:29:30.602")).map(LiteralValue)
        case "uuid":
            return st.sampled_from((*UUIDS, UUIDS[0].upper())).map(LiteralValue)
        case "objectid":
            return st.sampled_from((*OBJECT_IDS, OBJECT_IDS[0].upper())).map(LiteralValue)
        case "enum":
            return st.sampled_from(field.values).map(LiteralValue)
        case "string" | "localized" | "object":
            return _nodes_of(LiteralValue, vocabulary.texts, bare)
        case _:
            assert_never(field.type)


def _comparable_literals(field: Field, vocabulary: Vocabulary) -> SearchStrategy[LiteralValue]:
    """Literals that can stand after a comparator. Without a declared type, a bare number must be safe (rule 15)."""
    if field.type != "any":
        return _readable_literals(field, vocabulary)
    return literals(vocabulary=vocabulary).map(
        lambda literal: literal if not literal.bare or _is_safe(literal.text) else LiteralValue(literal.text)
    )


def _number_texts(vocabulary: Vocabulary) -> SearchStrategy[str]:
    return vocabulary.numbers.flatmap(_spelled)


def _spelled(number: float) -> SearchStrategy[str]:
    """Ways to write the same number as JSON."""
    plain = json.dumps(number)
    spellings = [plain]
    if "." not in plain and "e" not in plain and len(plain) < 16:
        spellings += [f"{plain}.0", f"{plain}e0", f"{plain}.0e0", f"{plain}.00E+0"]
    return st.sampled_from(spellings)


def _is_safe(text: str) -> bool:
    """Whether every engine holds the number exactly."""
    return not text.removeprefix("-").isdigit() or abs(int(text)) <= _MAX_SAFE_INTEGER


def _is_safe_integer(number: float) -> bool:
    return abs(number) <= _MAX_SAFE_INTEGER and float(number).is_integer()
