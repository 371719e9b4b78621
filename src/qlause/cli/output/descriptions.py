"""A request in words: how the query was parsed, and what query, sort and fields mean.

Every choice by the class of a node, a kind or a comparator is a ``match`` that ends in ``assert_never``: whoever adds a
node, a kind or a comparator learns from the type checker that it has no words yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final, assert_never
from uuid import UUID

from ...bound import nodes as bound
from ...bound.nodes import BoundFields, BoundSort
from ...bound.param import require_value, require_values
from ...bound.query import BoundQuery
from ...bound.sizes import Sizes
from ...errors import shorten
from ...schema.storage import Target
from ...syntax import nodes as syntax
from ...syntax.lexical import keys_text
from ...syntax.nodes import Comparator, Query
from ...values.kinds import KINDS, Constant, Kind
from .text_tree import TextTree

__all__ = ["describe_fields", "describe_meaning", "describe_sort", "describe_syntax"]

_MAX_PATH_LENGTH: Final = 80
_MAX_LISTED_VALUES: Final = 8


def describe_syntax(query: Query) -> TextTree:
    """The parsed tree, by the names of its nodes."""
    return TextTree("(empty: selects every document)") if query.root is None else _syntax_node(query.root)


def describe_meaning(query: BoundQuery) -> TextTree:
    """Which documents a query selects."""
    return _document_condition(query.root)


def describe_sort(sort: BoundSort) -> Iterator[str]:
    """One line for each key of a sort."""
    for key in sort.keys:
        direction = "descending" if key.descending else "ascending"
        nulls = f"missing and null {'last' if key.nulls_last else 'first'}"
        by_time = ", date-times stored as text sort by time" if key.instant else ""
        yield f"{_path(key.target)}, {direction}, {nulls}{by_time}"


def describe_fields(fields: BoundFields) -> Iterator[str]:
    """One line for each path that is kept or left out."""
    if fields.include is None:
        yield "everything"
    elif not fields.include:
        yield "nothing"
    for keys in fields.include or ():
        yield shorten(keys_text(keys))
    for keys in fields.exclude:
        yield f"never {shorten(keys_text(keys))}"


def _syntax_node(node: syntax.Node | syntax.Test | syntax.WholeTest) -> TextTree:
    name = type(node).__name__
    match node:
        case syntax.And(items=items) | syntax.Or(items=items):
            return TextTree(name if items else f"{name} of nothing", tuple(map(_syntax_node, items)))
        case syntax.Not(item=item) | syntax.ElemMatch(node=item) | syntax.HasSize(test=item):
            return TextTree(name, (_syntax_node(item),))
        case syntax.Clause(path=path, test=test):
            return TextTree(f"{name} {shorten(str(path), _MAX_PATH_LENGTH)}", (_syntax_node(test),))
        case syntax.Equals(literal=literal):
            return TextTree(f"{name} {_literal(literal)}")
        case syntax.Compare(comparator=comparator, literal=literal):
            return TextTree(f"{name} {comparator} {_literal(literal)}")
        case syntax.Contains(text=text, starts=starts, ends=ends):
            anchors = ", at the start" * starts + ", at the end" * ends
            return TextTree(f'{name} "{shorten(text)}"{anchors}')
        case syntax.Exists() | syntax.Missing() | syntax.Null() | syntax.IsEmpty():
            return TextTree(name)
        case _:
            assert_never(node)


def _literal(literal: syntax.LiteralValue) -> str:
    return literal.text if literal.bare else f'"{shorten(literal.text)}"'


def _document_condition(node: bound.Node) -> TextTree:
    match node:
        case bound.AllOf(items=()):
            return TextTree("every document")
        case bound.AnyOf(items=()):
            return TextTree("no document")
        case bound.AllOf(items=items):
            return TextTree("all of these are true", tuple(map(_document_condition, items)))
        case bound.AnyOf(items=items):
            return TextTree("at least one of these is true", tuple(map(_document_condition, items)))
        case bound.PathExists(target=target, negated=negated):
            return TextTree(f"{_path(target)} {'is missing' if negated else 'exists'}")
        case bound.SizeMatches(target=target, sizes=sizes, or_empty=or_empty, negated=negated):
            what = "empty" if or_empty else f"an array of {_sizes(sizes)}"
            return TextTree(f"{_path(target)} is {'not ' * negated}{what}")
        case bound.SomeElement(target=target, node=inner, negated=negated):
            label = f"{'no' if negated else 'some'} object in {_path(target)} meets this"
            return TextTree(label, (_document_condition(inner),))
        case bound.ValueMatches(target=target, test=test, negated=negated):
            return _value_condition(_path(target), test, negated)
        case _:
            assert_never(node)


def _sizes(sizes: Sizes) -> str:
    """Numbers of elements in words."""
    words = [
        str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}" for low, high in sizes
    ]
    more = f" or {len(words) - _MAX_LISTED_VALUES} more" if len(words) > _MAX_LISTED_VALUES else ""
    return f"{', '.join(words[:_MAX_LISTED_VALUES])}{more} elements"


def _value_condition(path: str, test: bound.BoundTest, negated: bool) -> TextTree:
    value = f"{'no' if negated else 'some'} value of {path}"
    match test:
        case bound.AllOf(items=()):
            return TextTree(f"there is {value}")
        case bound.AnyOf(items=()):
            return TextTree("every document" if negated else "no document")
        case bound.AllOf(items=items):
            return TextTree(f"{value} meets all of these", tuple(map(_test, items)))
        case bound.AnyOf(items=items):
            return TextTree(f"{value} meets {'any' if negated else 'at least one'} of these", tuple(map(_test, items)))
        case bound.OneOf() | bound.Compare() | bound.ContainsText() | bound.IsNull():
            return TextTree(f"{value} {_test(test).label}")
        case _:
            assert_never(test)


def _test(test: bound.BoundTest) -> TextTree:
    match test:
        case bound.AllOf(items=items):
            return TextTree("meets all of these", tuple(map(_test, items)))
        case bound.AnyOf(items=items):
            return TextTree("meets at least one of these", tuple(map(_test, items)))
        case bound.OneOf(kind=kind, values=values, negated=negated):
            return TextTree(f"{_is(negated)} {_one_of(kind, require_values(values))}")
        case bound.Compare(kind=kind, comparator=comparator, value=value, negated=negated):
            limit = _constant(require_value(value))
            return TextTree(f"{_is(negated)} a {KINDS[kind].one} {_comparison(kind, comparator)} {limit}")
        case bound.ContainsText(negated=negated):
            return TextTree(f"{_is(negated)} a string that {_contains(test)}")
        case bound.IsNull(negated=negated):
            return TextTree(f"{_is(negated)} null")
        case _:
            assert_never(test)


def _is(negated: bool) -> str:
    return "is not" if negated else "is"


def _one_of(kind: Kind, values: Sequence[Constant]) -> str:
    singular, plural = KINDS[kind]
    ignoring_case = _ignoring_case(kind == "folded")
    if len(values) == 1:
        return f"the {singular} {_constant(values[0])}{ignoring_case}"
    listed = ", ".join(map(_constant, values[:_MAX_LISTED_VALUES])) + ", …" * (len(values) > _MAX_LISTED_VALUES)
    return f"one of {len(values):,} {plural}{ignoring_case}: {listed}"


def _contains(test: bound.ContainsText) -> str:
    if test.starts and test.ends:
        verb = "equals"
    elif test.starts:
        verb = "starts with"
    elif test.ends:
        verb = "ends with"
    else:
        verb = "contains"
    return f'{verb} "{shorten(require_value(test.text))}"{_ignoring_case(test.folded)}'


def _ignoring_case(folded: bool) -> str:
    return ", ignoring case" if folded else ""


def _comparison(kind: Kind, comparator: Comparator) -> str:
    match kind:
        case "instant" | "instant_text" | "instant_or_text" | "date" | "time":
            return _order_in_time(comparator)
        case "string" | "folded" | "number" | "boolean" | "uuid" | "objectid":
            return _order_by_size(comparator)
        case _:
            assert_never(kind)


def _order_in_time(comparator: Comparator) -> str:
    match comparator:
        case ">":
            return "after"
        case ">=":
            return "at or after"
        case "<":
            return "before"
        case "<=":
            return "at or before"
        case _:
            assert_never(comparator)


def _order_by_size(comparator: Comparator) -> str:
    match comparator:
        case ">":
            return "greater than"
        case ">=":
            return "greater than or equal to"
        case "<":
            return "less than"
        case "<=":
            return "less than or equal to"
        case _:
            assert_never(comparator)


def _constant(value: Constant) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{shorten(value)}"'
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case int() | float() | date() | time() | UUID():
            return str(value)
        case _:
            assert_never(value)


def _path(target: Target) -> str:
    return shorten(keys_text(target.keys), _MAX_PATH_LENGTH)
