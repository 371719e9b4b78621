"""What the three languages say, as frozen trees.

Every node is immutable, hashable, comparable, picklable and safe to share between threads. Nodes keep the span of the
text they came from, ``(start, end)`` in code points; spans and source texts take no part in comparison. ``str()`` of
any node is canonical text of the language.

A query is a tree of :class:`And`, :class:`Or` and :class:`Not` over clauses; inside a clause the same three stand over
the tests that are all about one value of the field (rule 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Generic, Literal, NoReturn, TypeAlias, TypeVar, get_args

from .._record import aside, new, record, replace
from ..errors import LimitExceededError, QuerySyntaxError, shorten
from ..limits import MAX_DEPTH
from .lexical import has_surrogate, is_bare_value
from .paths import Fields, Path, Sort, SortKey, Span

__all__ = [
    "And",
    "Clause",
    "Comparator",
    "Compare",
    "Contains",
    "Equals",
    "Exists",
    "Fields",
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
    "conjunction",
    "disjunction",
    "joined",
]

Comparator: TypeAlias = Literal[">", ">=", "<", "<="]
Test: TypeAlias = "And[Test] | Or[Test] | Not[Test] | Equals | Compare | Contains | Exists | Missing | Null"
"""What a clause asks of one value of its field."""
Node: TypeAlias = "And[Node] | Or[Node] | Not[Node] | Clause"
"""A clause, or a combination of clauses."""
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)

_COMPARATORS: Final = frozenset(get_args(Comparator))


@record
class LiteralValue:
    """A value as it was written.

    ``bare`` tells that it stood without quotes and is a JSON number, ``true`` or ``false``: then, where no schema says
    the type, it is read as that too and not only as a string (rule 12). For any other text quotes make no difference,
    so ``bare`` is always False there.
    """

    text: str
    bare: bool = False
    span: Span | None = aside(default=None)

    def _checked(self) -> LiteralValue:
        _refuse_surrogates(self.text)
        return replace(self, bare=False) if self.bare and not is_bare_value(self.text) else self


@record
class Equals:
    """The value is exactly the literal (rules 6, 7, 12)."""

    literal: LiteralValue
    span: Span | None = aside(default=None)


@record
class Compare:
    """The value is of the literal's type and on that side of it (rule 9)."""

    comparator: Comparator
    literal: LiteralValue
    span: Span | None = aside(default=None)

    def _checked(self) -> Compare:
        if self.comparator not in _COMPARATORS:
            raise ValueError(f"{self.comparator!r} is no comparator")
        return self


@record
class Contains:
    """The value is a string that contains the text, or starts or ends with it, or both, under the fold (rule 8)."""

    text: str
    starts: bool = False
    ends: bool = False
    span: Span | None = aside(default=None)

    def _checked(self) -> Contains:
        if not self.text:
            raise QuerySyntaxError("the text after ~ is empty", code="empty_contains")
        _refuse_surrogates(self.text)
        return self


@record
class Exists:
    """At least one value is reached, whatever it is (rule 10)."""

    span: Span | None = aside(default=None)


@record
class Missing:
    """No value is reached (rule 10)."""

    span: Span | None = aside(default=None)


@record
class Null:
    """Missing, or some value is null (rule 10)."""

    span: Span | None = aside(default=None)


@record
class Not(Generic[_T_co]):
    """The complement of its item."""

    item: _T_co
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> Not[_T_co]:
        inner: Any = self.item
        return replace(self, depth=_bounded(1 + _depth(inner) + (isinstance(inner, And) or _has_items(inner))))

    def __str__(self) -> str:
        return _text(self)


@record
class And(Generic[_T_co]):
    """All of two or more items. An And among the items is dissolved into them."""

    items: tuple[_T_co, ...]
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> And[_T_co]:
        items = _dissolved(tuple(self.items), And)
        if len(items) < 2:
            raise ValueError("And takes two items or more; conjunction() takes one too")
        made: And[_T_co] = joined(And, items, self.span)
        return made

    def __str__(self) -> str:
        return _text(self)


@record
class Or(Generic[_T_co]):
    """Any of its items; none at all, ``Or(())``, selects nothing. An Or among the items is dissolved into them."""

    items: tuple[_T_co, ...]
    span: Span | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> Or[_T_co]:
        items = _dissolved(tuple(self.items), Or)
        if len(items) == 1:
            raise ValueError("Or takes two items or more, or none; disjunction() takes one too")
        made: Or[_T_co] = joined(Or, items, self.span)
        return made

    def __str__(self) -> str:
        return _text(self)


@record
class Clause:
    """One field and what is asked of it. ``source`` is the text that the spans in it point into."""

    path: Path
    test: Test
    span: Span | None = aside(default=None)
    source: str | None = aside(default=None)
    depth: int = aside(default=0, init=False)

    def _checked(self) -> Clause:
        found = _presence_below(self.test)
        if found is not None:
            bad, negated = found
            word = type(bad).__name__.lower()
            start, end = bad.span or (0, 0)
            raise QuerySyntaxError(
                f"{word} cannot stand under AND or NOT inside the parentheses of a field",
                code="presence_in_group",
                text=self.source,
                offset=None if self.source is None else start,
                length=end - start,
                hint=f"make it a clause of its own, as in {'NOT ' * negated}{shorten(str(self.path))}:{word}",
            )
        grouped = isinstance(self.test, (And, Not)) or _has_items(self.test)
        return replace(self, depth=_bounded(_depth(self.test) + grouped))

    def __str__(self) -> str:
        return _text(self)


@record
class Query:
    """A parsed ``q``. ``root`` is None where everything is selected.

    ``a & b``, ``a | b`` and ``~a`` combine queries as trees, never as text.
    """

    root: Node | None = None

    def __and__(self, other: Query) -> Query:
        if self.root is None or other.root is None:
            return self if other.root is None else other
        return Query(conjunction((self.root, other.root)))

    def __or__(self, other: Query) -> Query:
        if self.root is None and other.root is None:
            return self
        return Query(disjunction((self.root or Not(Or(())), other.root or Not(Or(())))))

    def __invert__(self) -> Query:
        return Query(Or(()) if self.root is None else Not(self.root))

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Query is neither true nor false: combine queries with & | ~, not with and, or, not or a < b < c"
        )

    def __str__(self) -> str:
        return "" if self.root is None else _text(self.root)

    def clauses(self) -> Iterator[Clause]:
        """Every clause, from left to right."""
        stack: list[Node] = [] if self.root is None else [self.root]
        while stack:
            node = stack.pop()
            if isinstance(node, Clause):
                yield node
            elif isinstance(node, Not):
                stack.append(node.item)
            elif isinstance(node, (And, Or)):
                stack.extend(reversed(node.items))


def conjunction(items: Iterable[_T], span: Span | None = None) -> _T | And[_T]:
    """All of one or more items: the item itself where there is one, else an And."""
    made: _T | And[_T] = joined(And, tuple(items), span)
    return made


def disjunction(items: Iterable[_T], span: Span | None = None) -> _T | Or[_T]:
    """Any of the items: the item itself where there is one, else an Or; of none, the Or that selects nothing."""
    made: _T | Or[_T] = joined(Or, tuple(items), span)
    return made


def joined(kind: type[And[Any] | Or[Any]], items: tuple[Any, ...], span: Span | None) -> Any:
    """What :func:`conjunction` and :func:`disjunction` make."""
    depth = 0 if items else 1
    for item in items:
        of = item.__class__
        if of not in _FLAT:
            if of is kind:
                return joined(kind, _dissolved(items, kind), span)
            below = item.depth
            if of is Or and item.items:  # below an And it needs parentheses of its own; () has them already
                below += 1
            if below > depth:
                depth = below
    if len(items) == 1:
        return items[0]
    return new(kind, (items, span, depth if depth < MAX_DEPTH else _bounded(depth)))


def _presence_below(test: Test) -> tuple[Exists | Missing | Null, bool] | None:
    """The first exists, missing or null that stands under AND or NOT in a test, and whether it is negated there.

    Rule 11 forbids it.
    """
    stack: list[tuple[Test, bool, bool]] = [(test, False, False)]
    while stack:
        node, below, negated = stack.pop()
        if isinstance(node, (And, Or)):
            below = below or isinstance(node, And)
            stack.extend((each, below, negated) for each in reversed(node.items))
        elif isinstance(node, Not):
            stack.append((node.item, True, not negated))
        elif below and isinstance(node, (Exists, Missing, Null)):
            return node, negated
    return None


def _dissolved(items: tuple[_T, ...], kind: type[And[Any] | Or[Any]]) -> tuple[_T, ...]:
    for item in items:
        if item.__class__ is kind:
            break
    else:
        return items
    return tuple(inner for each in items for inner in (each.items if isinstance(each, kind) else (each,)))


def _depth(item: object) -> int:
    return item.depth if isinstance(item, (And, Or, Not, Clause)) else 0


def _has_items(item: object) -> bool:
    """Whether this is an Or that needs parentheses of its own: ``()`` has them already."""
    return isinstance(item, Or) and bool(item.items)


def _bounded(depth: int) -> int:
    """Parentheses and NOTs around the deepest test, as canonical text writes them, if they are not too many."""
    if depth > MAX_DEPTH:
        raise LimitExceededError(f"the query is nested more than {MAX_DEPTH} deep", code="limit_depth")
    return depth


def _refuse_surrogates(text: str) -> None:
    if has_surrogate(text):
        raise QuerySyntaxError("the text holds half a surrogate pair", code="surrogate")


def _text(node: Any) -> str:
    from .printer import query_text

    return query_text(node)


_FLAT: Final = frozenset({Equals, Compare, Contains, Exists, Missing, Null})
"""The tests, which have no depth of their own."""
