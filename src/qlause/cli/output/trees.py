"""Trees in words: what was read, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar, assert_never

from ...bound import nodes as bound
from ...bound.nodes import BoundFields, BoundQuery, BoundSort, Constant, Kind
from ...errors import shorten
from ...schema.storage import Target
from ...syntax import nodes as ast
from ...syntax.nodes import Query
from ...syntax.printer import keys_text, path_text

__all__ = ["Tree", "bound_tree", "describe_fields", "describe_sort", "draw", "query_tree"]

_N = TypeVar("_N")

_LISTED: Final = 8  # members of a list that are shown
_ALIKE: Final = ", upper and lower case alike"

_KINDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "string": ("text", "texts"),
    "folded": ("text", "texts"),
    "number": ("number", "numbers"),
    "boolean": ("boolean", "booleans"),
    "instant": ("native date-time", "native date-times"),
    "instant_text": ("date-time stored as text", "date-times stored as text"),
    "date": ("native date", "native dates"),
    "uuid": ("native UUID", "native UUIDs"),
    "objectid": ("native ObjectId", "native ObjectIds"),
}
_SIDES: Final = {">": "after", ">=": "at or after", "<": "before", "<=": "at or before"}
_NUMBER_SIDES: Final = {">": "above", ">=": "of at least", "<": "below", "<=": "of at most"}


@dataclass(frozen=True, slots=True)
class Tree:
    """A line, and what hangs below it."""

    label: str
    below: tuple[Tree, ...] = ()


def draw(tree: Tree) -> Iterator[str]:
    """The lines of a tree."""
    yield tree.label
    for position, each in enumerate(tree.below):
        last = position == len(tree.below) - 1
        first, *others = draw(each)
        yield ("└─ " if last else "├─ ") + first
        for line in others:
            yield ("   " if last else "│  ") + line


def query_tree(query: Query) -> Tree:
    """The tree that was read, by the names of its nodes."""
    return Tree("(empty: everything)") if query.root is None else _read(query.root)


def bound_tree(query: BoundQuery) -> Tree:
    """What a query means, in plain words."""
    return _document(query.root)


def describe_sort(sort: BoundSort) -> Iterator[str]:
    """What a sort means, a line for each key."""
    for key in sort.keys:
        direction = "descending" if key.descending else "ascending"
        instant = ", text of a date-time as an instant" if key.instant else ""
        yield f"{_name(key.target)}, {direction}, missing and null {'last' if key.nulls_last else 'first'}{instant}"


def describe_fields(selected: BoundFields) -> Iterator[str]:
    """What fields mean, a line for each path."""
    if selected.include is None:
        yield "everything"
    for keys in selected.include or ():
        yield shorten(keys_text(keys))
    for keys in selected.exclude:
        yield f"never {shorten(keys_text(keys))}"


def _read(node: ast.Node | ast.Test) -> Tree:
    kind = type(node).__name__
    match node:
        case ast.And(items=items) | ast.Or(items=items):
            return Tree(kind if items else f"{kind} of nothing", tuple(_read(each) for each in items))
        case ast.Not(item=item):
            return Tree(kind, (_read(item),))
        case ast.Clause(path=path, test=test):
            return Tree(f"{kind} {shorten(path_text(path), 80)}", (_read(test),))
        case ast.Equals(literal=literal):
            return Tree(f"{kind} {_literal(literal)}")
        case ast.Compare(comparator=comparator, literal=literal):
            return Tree(f"{kind} {comparator} {_literal(literal)}")
        case ast.Contains(text=text, starts=starts, ends=ends):
            anchors = ", from the start" * starts + ", up to the end" * ends
            return Tree(f'{kind} "{shorten(text)}"{anchors}')
        case ast.Exists() | ast.Missing() | ast.Null():
            return Tree(kind)
        case _:
            assert_never(node)


def _literal(literal: ast.LiteralValue) -> str:
    return literal.text if literal.bare else f'"{shorten(literal.text)}"'


def _document(node: bound.Node) -> Tree:
    match node:
        case bound.AllOf(items=items):
            return _group("all of these hold", items, _document) if items else Tree("every document")
        case bound.AnyOf(items=items):
            return _group("at least one of these holds", items, _document) if items else Tree("no document")
        case bound.PathExists(target=target, negated=negated):
            return Tree(f"{_name(target)} {'is missing' if negated else 'exists'}")
        case bound.ValueMatches(target=target, test=test, negated=negated):
            return _some(target, test, negated)
        case _:
            assert_never(node)


def _some(target: Target, test: bound.BoundTest, negated: bool) -> Tree:
    subject = f"{'no' if negated else 'some'} value of {_name(target)}"
    match test:
        case bound.AllOf(items=items):
            return _group(f"{subject} passes all of these", items, _test)
        case bound.AnyOf(items=items):
            return _group(f"{subject} passes at least one of these", items, _test)
        case _:
            return Tree(f"{subject} {_test(test).label}")


def _test(test: bound.BoundTest) -> Tree:
    match test:
        case bound.AllOf(items=items):
            return _group("passes all of these", items, _test)
        case bound.AnyOf(items=items):
            return _group("passes at least one of these", items, _test)
        case bound.OneOf(kind=kind, values=values, negated=negated):
            return Tree(f"{_is(negated)} {_one_of(kind, values)}")
        case bound.Compare(kind=kind, comparator=comparator, value=value, negated=negated):
            side = (_NUMBER_SIDES if kind == "number" else _SIDES)[comparator]
            return Tree(f"{_is(negated)} a {_KINDS[kind][0]} {side} {_constant(value)}")
        case bound.ContainsText(negated=negated):
            return Tree(f"{_is(negated)} a text that {_contains(test)}")
        case bound.IsNull(negated=negated):
            return Tree(f"{_is(negated)} null")
        case _:
            assert_never(test)


def _group(label: str, items: Sequence[_N], describe: Callable[[_N], Tree]) -> Tree:
    return Tree(label, tuple(map(describe, items)))


def _is(negated: bool) -> str:
    return "is not" if negated else "is"


def _one_of(kind: Kind, values: Sequence[Constant]) -> str:
    one, many = _KINDS[kind]
    alike = _ALIKE * (kind == "folded")
    if len(values) == 1:
        return f"the {one} {_constant(values[0])}{alike}"
    listed = ", ".join(map(_constant, values[:_LISTED])) + ", …" * (len(values) > _LISTED)
    return f"one of {len(values):,} {many}: {listed}{alike}"


def _contains(test: bound.ContainsText) -> str:
    verb = {
        (False, False): "contains",
        (True, False): "starts with",
        (False, True): "ends with",
        (True, True): "is wholly",
    }[test.starts, test.ends]
    return f'{verb} "{shorten(test.text)}"{_ALIKE if test.folded else ""}'


def _constant(value: Constant) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{shorten(value)}"'
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def _name(target: Target) -> str:
    return shorten(keys_text(target.keys), 80)
