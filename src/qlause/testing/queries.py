"""Queries, sorts and fields as trees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, assert_never, get_args

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.elements import Elements, below, elements_of
from ..schema.operators import ARRAY
from ..schema.schema import Field, Operator, Permission, Schema
from ..syntax.nodes import (
    Clause,
    Comparator,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    Fields,
    HasSize,
    IsEmpty,
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
    WholeTest,
    conjunction,
    disjunction,
)
from .literals import comparable_literals, literals, nodes_of, readable_literals
from .schemas import LANGUAGES
from .vocabulary import (
    VOCABULARY,
    Vocabulary,
    mostly,
)

__all__ = ["clauses", "fields", "literals", "paths", "queries", "sorts"]

_COMPARATORS: Final[tuple[Comparator, ...]] = get_args(Comparator)
_OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)
_OTHERS: Final[frozenset[Operator]] = frozenset({"presence", "size", "empty"})
"""The operators that are about no candidate."""


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
    return _clauses(None if schema is None else _named_paths(schema, "filterable"), vocabulary)


def queries(
    schema: Schema | None = None, *, depth: int = 2, vocabulary: Vocabulary = VOCABULARY
) -> SearchStrategy[Query]:
    """Queries: :func:`clauses` under AND, OR and NOT, and inside an elemMatch.

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
    named = None if schema is None else _named_paths(schema, "filterable")
    return mostly(_conditions(named, schema, depth, vocabulary).map(Query), st.just(Query()), 40)


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
        if not (field.public and getattr(field, permission)):
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


def _clauses(named: list[tuple[Path, Field]] | None, vocabulary: Vocabulary) -> SearchStrategy[Clause]:
    """Clauses about these fields, or about any."""
    if named is None:
        return nodes_of(Clause, paths(vocabulary=vocabulary), _tests(Field(), vocabulary))
    return st.one_of(
        [nodes_of(Clause, st.just(path), _tests(field, vocabulary)) for path, field in named if field.allowed]
    )


def _conditions(
    named: list[tuple[Path, Field]] | None, place: Schema | Elements | None, depth: int, vocabulary: Vocabulary
) -> SearchStrategy[Node]:
    """Conditions on a document, or on an element of an array, whose fields are these, or any."""
    nothing: SearchStrategy[Node] = st.just(Or(()))
    leaves = nothing
    if named is None or any(field.allowed for _, field in named):
        leaves = mostly(_clauses(named, vocabulary), nothing, 40)
    arrays = _elem_matches(named, place, depth - 1, vocabulary) if depth else []
    if arrays:
        leaves = mostly(leaves, st.one_of(arrays), 6)
    return _combinations(leaves, depth)


def _elem_matches(
    named: list[tuple[Path, Field]] | None, place: Schema | Elements | None, depth: int, vocabulary: Vocabulary
) -> list[SearchStrategy[Clause]]:
    """Clauses that ask for an object in an array: in a schema, one strategy for each array with fields below it."""
    if named is None or place is None:
        condition = _conditions(None, None, depth, vocabulary)
        return [nodes_of(Clause, paths(vocabulary=vocabulary), condition.map(ElemMatch))]
    holders = dict.fromkeys(Path(path.segments[:end]) for path, _ in named for end in range(1, len(path.segments)))
    strategies: list[SearchStrategy[Clause]] = []
    for holder in holders:
        elements = _elements(place, holder)
        if elements is None:
            continue
        length = len(holder.segments)
        below_it = [
            (Path(path.segments[length:]), field)
            for path, field in named
            if len(path.segments) > length and path.segments[:length] == holder.segments
        ]
        inside = [(path, field) for path, field in below_it if _is_stored(elements, path)]
        if inside:
            condition = _conditions(inside, elements, depth, vocabulary)
            strategies.append(nodes_of(Clause, st.just(holder), condition.map(ElemMatch)))
    return strategies


def _elements(place: Schema | Elements, path: Path) -> Elements | None:
    """The elements of the array at a path; None where no elemMatch may ask for them."""
    root, whole = (place, path) if isinstance(place, Schema) else (place.schema, below(place.path, path))
    declared = root.resolve(whole)
    if declared is not None and not (declared.field.public and declared.field.filterable):
        return None
    elements = elements_of(root, whole)
    try:
        if elements is not None and isinstance(place, Elements):
            place.relative(elements.place, single=False)
    except LookupError:
        return None
    return elements


def _is_stored(elements: Elements, path: Path) -> bool:
    """Whether a field is stored in the elements."""
    try:
        return elements.resolve(path) is not None
    except LookupError:
        return False


def _has_order(field: Field) -> bool:
    return field.type != "object" and (field.type == "any" or not field.array)


def _combinations(leaves: SearchStrategy[Node], depth: int) -> SearchStrategy[Node]:
    if depth == 0:
        return leaves
    inner = _combinations(leaves, depth - 1)
    items = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(leaves, leaves, items.map(conjunction), items.map(disjunction), inner.map(Not))


@lru_cache(512)
def _tests(field: Field, vocabulary: Vocabulary) -> SearchStrategy[Test | WholeTest]:
    """The tests that a clause may make of the field: of one value, of several, or of the whole value."""
    whole: list[SearchStrategy[WholeTest]] = []
    if "size" in field.allowed:
        whole.append(_groups(_NUMBERS_OF_ELEMENTS, 2).map(HasSize))
        whole.append(st.lists(_NUMBERS_OF_ELEMENTS, max_size=4).map(disjunction).map(HasSize))
    if "empty" in field.allowed:
        whole.append(st.just(IsEmpty()))
    if field.allowed <= ARRAY:
        return st.one_of(whole)
    tests: SearchStrategy[Test | WholeTest] = _tests_of_values(field, vocabulary)
    return mostly(tests, st.one_of(whole), 8) if whole else tests


def _tests_of_values(field: Field, vocabulary: Vocabulary) -> SearchStrategy[Test]:
    """One test, a list, a group about one value, or nothing."""
    of_one_value = [
        _tests_with(operator, field, vocabulary)
        for operator in _OPERATORS
        if operator in field.allowed and operator not in _OTHERS
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


_SIZES: Final = mostly(st.integers(0, 3), st.sampled_from((4, 10, 101, 2**31, 2**53 - 1)), 8).map(
    lambda number: LiteralValue(str(number), bare=True)
)
_NUMBERS_OF_ELEMENTS: Final[SearchStrategy[Test]] = st.one_of(
    _SIZES.map(Equals), st.builds(Compare, st.sampled_from(_COMPARATORS), _SIZES)
)
"""Tests of a number of elements."""


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
            return readable_literals(field, vocabulary).map(Equals)
        case "compare":
            return nodes_of(Compare, st.sampled_from(_COMPARATORS), comparable_literals(field, vocabulary))
        case "contains":
            return contained.map(Contains)
        case "starts_with":
            return nodes_of(Contains, contained, st.just(True), st.booleans())
        case "ends_with":
            return nodes_of(Contains, contained, st.just(False), st.just(True))
        case "presence":
            return st.sampled_from((Exists(), Missing(), Null()))
        case "size" | "empty":
            raise AssertionError("these are whole tests of a clause")
        case _:
            assert_never(operator)
