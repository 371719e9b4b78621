"""The trees of the three languages.

Nodes are immutable, hashable, comparable, picklable and safe to share between threads. A node keeps its span in the
text that it was parsed from, ``(start, end)`` in code points. Spans and source texts do not count in comparisons.

A query is a tree of :class:`And`, :class:`Or` and :class:`Not` over clauses. Inside a clause, the same three combine
the tests, which are all about one value of the field (rule 5).

``str()`` of a node is its canonical text: one spelling for each meaning, and ``parse`` of it returns an equal tree.
Strings are quoted; only numbers, ``true`` and ``false`` that were written bare stay bare. AND is always written, a list
of values has commas, and there are no parentheses that precedence does not need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, Final, Generic, NoReturn, TypeAlias, TypeVar

from .._record import aside, new, record, replace
from ..errors import LimitExceededError, QuerySyntaxError, refuse_type, shorten
from ..limits import MAX_DEPTH
from .leaves import Comparator, Compare, Contains, Equals, Exists, IsEmpty, Missing, Null
from .lexical import is_size
from .literals import LiteralValue
from .paths import Fields, Path, Sort, SortKey, Span

__all__ = [
    "And",
    "Clause",
    "Comparator",
    "Compare",
    "Contains",
    "ElemMatch",
    "Equals",
    "Exists",
    "Fields",
    "HasSize",
    "IsEmpty",
    "LiteralValue",
    "Missing",
    "Node",
    "Not",
    "Null",
    "Or",
    "Path",
    "Query",
    "Sort",
    "SortKey",
    "Span",
    "Test",
    "WholeTest",
    "conjunction",
    "disjunction",
    "joined",
    "no_size",
]

Test: TypeAlias = "And[Test] | Or[Test] | Not[Test] | Equals | Compare | Contains | Exists | Missing | Null"
"""What a clause tests one value of its field for."""
WholeTest: TypeAlias = "ElemMatch | HasSize | IsEmpty"
"""What is the whole test of a clause: no AND, OR or NOT combines it with others inside the clause."""
Node: TypeAlias = "And[Node] | Or[Node] | Not[Node] | Clause"
"""A clause, or a combination of clauses."""
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


@record
class ElemMatch:
    """The value is an object that meets a query of its own, whose paths start at it (rule 23)."""

    node: Node
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> ElemMatch:
        refuse_type(self.node, (Clause, And, Or, Not), "the condition of elemMatch")
        return replace(self, depth=_bounded(1 + _depth(self.node)))

    def __str__(self) -> str:
        return f"elemMatch({self.node})"


@record
class HasSize:
    """The value is an array, and the number of its elements passes a test (rule 25).

    The test is of :class:`Equals` and :class:`Compare` with whole numbers, and And, Or and Not of these.
    """

    test: Test
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> HasSize:
        refuse_type(self.test, (*_TESTS, And, Or, Not), "the test of size")
        other = no_size(self.test)
        if other is not None:
            raise QuerySyntaxError(f"{shorten(str(other))} does not compare a number of elements", code="no_size")
        return replace(self, depth=_bounded(1 + _depth(self.test)))

    def __str__(self) -> str:
        return f"size({self.test})"


@record
class Not(Generic[_T_co]):
    """The complement of its item."""

    item: _T_co
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> Not[_T_co]:
        inner: Any = self.item
        return replace(self, depth=_bounded(1 + _depth(inner) + (isinstance(inner, And) or _is_filled_or(inner))))

    def __str__(self) -> str:
        return f"NOT {_in_parentheses(self.item) if isinstance(self.item, (And, Or)) else self.item}"


@record
class And(Generic[_T_co]):
    """All of two or more items. The items of an And among them become items of this one."""

    items: tuple[_T_co, ...]
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> And[_T_co]:
        items = _flattened(tuple(self.items), And)
        if len(items) < 2:
            raise ValueError("And needs at least two items; conjunction() also takes one")
        node: And[_T_co] = joined(And, items, self.span)
        return node

    def __str__(self) -> str:
        return " AND ".join(_in_parentheses(item) if isinstance(item, Or) else str(item) for item in self.items)


@record
class Or(Generic[_T_co]):
    """Any of its items. ``Or(())`` selects nothing. The items of an Or among them become items of this one."""

    items: tuple[_T_co, ...]
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> Or[_T_co]:
        items = _flattened(tuple(self.items), Or)
        if len(items) == 1:
            raise ValueError("Or needs at least two items, or none; disjunction() also takes one")
        node: Or[_T_co] = joined(Or, items, self.span)
        return node

    def __str__(self) -> str:
        if not self.items:
            return "()"
        is_list = all(isinstance(item, (Equals, Exists, Missing, Null)) for item in self.items)
        return ("," if is_list else " OR ").join(map(str, self.items))


@record
class Clause:
    """One field and the test of its values. ``source`` is the text that the spans of the clause are about."""

    path: Path
    test: Test | WholeTest
    span: Span | None = aside(default=None)
    source: str | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> Clause:
        refuse_type(self.path, (Path,), "the path of a clause")
        refuse_type(self.test, (*_TESTS, And, Or, Not, *_WHOLE), "the test of a clause")
        misplaced = _presence_below(self.test)
        if misplaced is not None:
            test, negated = misplaced
            start, end = test.span or (0, 0)
            raise QuerySyntaxError(
                f"{test} cannot be combined with AND or NOT inside the parentheses of a field",
                code="presence_in_group",
                text=self.source,
                offset=None if self.source is None else start,
                length=end - start,
                hint=f"make it a separate clause, as in {'NOT ' * negated}{shorten(str(self.path))}:{test}",
            )
        grouped = isinstance(self.test, (And, Not)) or _is_filled_or(self.test)
        return replace(self, depth=_bounded(_depth(self.test) + grouped))

    def __str__(self) -> str:
        grouped = isinstance(self.test, (And, Or, Not))
        return f"{self.path}:{_in_parentheses(self.test) if grouped else self.test}"


@record
class Query:
    """A parsed ``q``. Combine queries with ``&``, ``|`` and ``~``: trees are joined, never text.

    Attributes:
        root: a clause, an And, an Or or a Not; None if the query selects every document.

    Raises:
        LimitExceededError: The combined query is nested more than 100 levels deep (``limit_depth``).

    Example:
        >>> mine = parse("owner:me")
        >>> str(mine & ~parse("status:(DONE,LOST)"))
        'owner:"me" AND NOT status:("DONE","LOST")'

    """

    root: Node | None = None

    def _checked(self) -> Query:
        refuse_type(self.root, (Clause, And, Or, Not, NoneType), "the root of a query")
        return self

    def __and__(self, other: Query) -> Query:
        refuse_type(other, (Query,), "what a query is combined with")
        if self.root is None or other.root is None:
            return self if other.root is None else other
        return Query(conjunction((self.root, other.root)))

    def __or__(self, other: Query) -> Query:
        refuse_type(other, (Query,), "what a query is combined with")
        if self.root is None and other.root is None:
            return self
        return Query(disjunction((self.root or Not(Or(())), other.root or Not(Or(())))))

    def __invert__(self) -> Query:
        return Query(Or(()) if self.root is None else Not(self.root))

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Query has no truth value: combine queries with & | ~, not with 'and', 'or', 'not' or a < b < c"
        )

    def __str__(self) -> str:
        return "" if self.root is None else str(self.root)

    def clauses(self) -> Iterator[Clause]:
        """Yield every clause about the document, from left to right. Those inside an ElemMatch are not among them."""
        return (clause for clause, above in _clauses(self.root) if not above)

    def paths(self) -> Iterator[Path]:
        """Yield the path of every clause, from left to right: inside an ElemMatch, it starts with that of the array."""
        return (Path((*above, *clause.path.segments), clause.path.span) for clause, above in _clauses(self.root))


def _clauses(root: Node | None) -> Iterator[tuple[Clause, tuple[str, ...]]]:
    """Every clause, with the path of the array whose element it is about."""
    stack: list[tuple[Node, tuple[str, ...]]] = [] if root is None else [(root, ())]
    while stack:
        node, above = stack.pop()
        if isinstance(node, Clause):
            yield node, above
            if isinstance(node.test, ElemMatch):
                stack.append((node.test.node, (*above, *node.path.segments)))
        elif isinstance(node, Not):
            stack.append((node.item, above))
        elif isinstance(node, (And, Or)):
            stack.extend((item, above) for item in reversed(node.items))


def conjunction(items: Iterable[_T], span: Span | None = None) -> _T | And[_T]:
    """All of one or more items: an And, or the item itself if there is only one."""
    node: _T | And[_T] = joined(And, tuple(items), span)
    return node


def disjunction(items: Iterable[_T], span: Span | None = None) -> _T | Or[_T]:
    """Any of the items: an Or, or the item itself if there is only one. Without items, the Or that selects nothing."""
    node: _T | Or[_T] = joined(Or, tuple(items), span)
    return node


def joined(kind: type[And[Any] | Or[Any]], items: tuple[Any, ...], span: Span | None) -> Any:
    """Make the node for :func:`conjunction` or :func:`disjunction`."""
    depth = 0 if items else 1
    for item in items:
        item_kind = item.__class__
        if item_kind not in _TESTS:
            if item_kind is kind:
                return joined(kind, _flattened(items, kind), span)
            item_depth = item.depth
            if item_kind is Or and item.items:  # below an And it needs parentheses; () has them already
                item_depth += 1
            if item_depth > depth:
                depth = item_depth
    if len(items) == 1:
        return items[0]
    return new(kind, (items, span, depth if depth < MAX_DEPTH else _bounded(depth)))


def _presence_below(test: Test | WholeTest) -> tuple[Exists | Missing | Null, bool] | None:
    """The first exists, missing or null below AND or NOT, which rule 11 forbids, and whether it is negated there.

    Raises TypeError for a whole test in a group, which no text can spell.
    """
    stack: list[tuple[Test | WholeTest, bool, bool]] = [(test, False, False)]
    while stack:
        node, below, negated = stack.pop()
        if isinstance(node, (And, Or)):
            below = below or isinstance(node, And)
            stack.extend((item, below, negated) for item in reversed(node.items))
        elif isinstance(node, Not):
            stack.append((node.item, True, not negated))
        elif below and isinstance(node, (Exists, Missing, Null)):
            return node, negated
        elif isinstance(node, _WHOLE) and node is not test:
            raise TypeError(f"{type(node).__name__} is the whole test of a clause: combine clauses instead")
    return None


def no_size(test: Test) -> Test | None:
    """The first test in a group that does not compare a number of elements; None if all do."""
    stack: list[Any] = [test]
    while stack:
        node = stack.pop()
        if isinstance(node, (And, Or)):
            stack.extend(reversed(node.items))
        elif isinstance(node, Not):
            stack.append(node.item)
        elif not isinstance(node, (Equals, Compare)) or not (node.literal.bare and is_size(node.literal.text)):
            found: Test = node
            return found
    return None


def _flattened(items: tuple[_T, ...], kind: type[And[Any] | Or[Any]]) -> tuple[_T, ...]:
    for item in items:
        if item.__class__ is kind:
            break
    else:
        return items
    return tuple(inner for item in items for inner in (item.items if isinstance(item, kind) else (item,)))


def _depth(item: object) -> int:
    return item.depth if isinstance(item, (And, Or, Not, Clause, ElemMatch, HasSize)) else 0


def _is_filled_or(item: object) -> bool:
    """Whether this is an Or with items. ``()``, the one without, brings its own parentheses."""
    return isinstance(item, Or) and bool(item.items)


def _bounded(depth: int) -> int:
    """The depth: how many parentheses and NOTs are around the deepest test in canonical text. Refused if too many."""
    if depth > MAX_DEPTH:
        raise LimitExceededError(f"the query is nested more than {MAX_DEPTH} levels deep", code="limit_depth")
    return depth


def _in_parentheses(node: object) -> str:
    text = str(node)
    return text if text == "()" else f"({text})"


_TESTS: Final = frozenset({Equals, Compare, Contains, Exists, Missing, Null, IsEmpty})
"""The tests themselves, which have no depth."""
_WHOLE: Final = (ElemMatch, HasSize, IsEmpty)
