"""What the parser makes of each rule of the grammar: one method for each alias in ``grammar/q.lark``.

A method takes the values of the rule's parts and gives the value of the whole. A token's value is a plain tuple: its
kind, and where it starts and ends. Checks that a context-free grammar cannot make (blanks between clauses, limits,
keys) stand where the node is built; what was checked here, or by the grammar, is not checked by the node again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from .._record import new
from ..errors import LimitExceededError, QuerySyntaxError, did_you_mean, shorten
from ..limits import Limits
from .lexical import has_surrogate, is_bare_value, is_name, segment_problem
from .nodes import (
    And,
    Clause,
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
    Span,
    Test,
    joined,
)

__all__ = ["Builder"]

_Token: TypeAlias = tuple[str, int, int]
_PRESENCE: Final[Mapping[str, Callable[[Span], Test]]] = {"exists": Exists, "missing": Missing, "null": Null}
_SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^".:]+')
_AFTER_CLAUSE: Final = frozenset(" \t\r\n)")
_COMPOUND_LENGTH: Final = len("compoundLogicalQuery:")
_PLAIN_PATH: Final = re.compile(r"[A-Za-z_][-0-9A-Za-z_]*(?:\.[A-Za-z_][-0-9A-Za-z_]*)*").fullmatch
_MORE_THAN_TEXT: Final = frozenset("-0123456789tf")  # how numbers, true and false start
_LEAVES: Final = frozenset({Equals, Compare, Contains, Exists, Missing, Null})
_PRESENCES: Final = frozenset({Exists, Missing, Null})
_PLAIN: Final = frozenset({Equals})


class _AllOf(list[Any]):
    """Items of an AND that may go on: it becomes a node once all are there, so that a long one is built once."""


class _AnyOf(list[Any]):
    """Items of an OR or of a list that may go on."""


class Builder:
    """The state of one parse: the text, the limits, what was read last and what is still open."""

    __slots__ = ("complete", "limits", "start", "strict", "tests", "text", "token", "values")

    def __init__(self, start: str, text: str, limits: Limits, strict: bool = False) -> None:
        self.start = start
        self.text = text
        self.limits = limits
        self.strict = strict
        self.values: list[Any] = [None]  # of the parts that are read, but whose rules are not complete
        self.token: _Token = ("", 0, 0)  # the last one
        self.complete: _Token = ("", 0, 0)  # the field of the last clause that is
        self.tests = 0

    def refuse_depth(self, span: Span) -> NoReturn:
        """Refuse the parenthesis or NOT that opens a level too many."""
        self._refuse_limit("depth", f"the query is nested more than {self.limits.depth} deep", span)

    @property
    def open(self) -> list[_Token]:
        """Parentheses and NOTs whose end has not come yet."""
        found: list[_Token] = []
        for value in self.values:
            if value.__class__ is tuple and value[0] in ("LPAR", "NOT"):
                found.append(value)
            elif value.__class__ is tuple and value[0] == "RPAR":
                found.pop()
        return found

    @property
    def last(self) -> tuple[str, Span]:
        """Kind and span of the last token."""
        return self.token[0], self.token[1:]

    @property
    def field(self) -> Span:
        """The last field name, with its colon: that of the clause that is being read, or of the one before."""
        tokens = (value for value in reversed(self.values) if value.__class__ is tuple)
        return next((token for token in tokens if token[0] == "FIELD"), self.complete)[1:]

    # ── query ────────────────────────────────────────────────────────────────────────────────────────────────────

    def everything(self) -> Query:
        return Query()

    def selection(self, root: Any) -> Query:
        found: Query = new(Query, (_finished(root),))
        return found

    def first(self, item: Any) -> list[Any]:
        return [item]

    def more(self, items: list[Any], _: _Token, item: Any) -> list[Any]:
        items.append(item)
        return items

    def and_more(self, items: Any, word: Any, item: Any = None) -> _AllOf:
        more = word if item is None else item  # without the word AND, the item stands in its place
        if items.__class__ is not _AllOf:
            return _AllOf((items, more))
        items.append(more)
        return items

    def or_more(self, items: Any, _: _Token, item: Any) -> _AnyOf:
        found: _AnyOf = items if items.__class__ is _AnyOf else _AnyOf((_finished(items),))
        found.append(_finished(item))
        return found

    def negation(self, word: _Token, item: Any) -> Not[Any]:
        return Not(item, (word[1], item.span[1]))

    def group(self, _: _Token, items: Any, __: _Token) -> Node:
        found: Node = _finished(items)
        return found

    def compound(self, _: _Token, group: Node) -> Node:
        return group

    def nothing(self, opening: _Token, closing: _Token) -> Or[Any]:
        return Or((), (opening[1], closing[2]))

    def clause(self, field: _Token, test: Test) -> Clause:
        _, start, colon = field
        text, end = self.text, self.token[2]
        name = text[start : colon - 1]
        if name.isidentifier() and name.isascii():  # one segment, as most
            path = new(Path, ((name,), (start, colon - 1)))
        else:
            path = self._path(start, colon - 1)
        if colon - start == _COMPOUND_LENGTH and text.startswith("compoundLogicalQuery", start):
            self._refuse(
                "compoundLogicalQuery: takes clauses in parentheses",
                "reserved_name",
                (start, colon),
                'write compoundLogicalQuery:((a:1) OR (b:2)); a field of that name is "compoundLogicalQuery":x',
            )
        if end != len(text) and text[end] not in _AFTER_CLAUSE:
            self._refuse(
                "a blank is missing between two clauses",
                "missing_blank",
                (end, end + 1),
                "put a blank, AND or OR between them",
            )
        self.complete = field
        span = (start, end)
        depth = 0
        if test.__class__ in _LEAVES:
            self.tests += 1
        else:
            depth = self._group(path, test, span)
        if self.tests > self.limits.tests:
            self._refuse_limit("tests", f"the query has more than {self.limits.tests:,} tests", span)
        found: Clause = new(Clause, (path, test, span, text, depth))
        return found

    # ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────

    def presence(self, word: _Token) -> Test:
        _, start, end = word
        return _PRESENCE[self.text[start:end]]((start, end))

    def equals_quoted(self, token: _Token) -> Equals:
        _, start, end = token
        text = self.text[start + 1 : end - 1]
        if "\\" in text:
            text = self._unquoted(start, end)
        span = (start, end)
        found: Equals = new(Equals, (new(LiteralValue, (text, False, span)), span))
        return found

    def equals(self, token: _Token) -> Equals:
        literal = self._bare(token)
        found: Equals = new(Equals, (literal, literal.span))
        return found

    def compare_quoted(self, comparator: _Token, token: _Token) -> Compare:
        _, start, end = comparator
        found: Compare = new(Compare, (self.text[start:end], self._quoted(token), (start, token[2])))
        return found

    def compare(self, comparator: _Token, token: _Token) -> Compare:
        _, start, end = comparator
        found: Compare = new(Compare, (self.text[start:end], self._bare(token), (start, token[2])))
        return found

    def contains_quoted(self, first: _Token, token: _Token | None = None) -> Contains:
        _, start, end = token or first
        starts, ends = self.text[start] == "^", self.text[end - 1] == "$"
        text = self._unquoted(start + starts, end - ends)
        if not 0 < len(text) <= self.limits.contains_length:
            self._refuse_needle(text, (start, end))
        found: Contains = new(Contains, (text, starts, ends, (first[1], end)))
        return found

    def contains(self, first: _Token, token: _Token | None = None) -> Contains:
        kind, start, end = token or first
        text = self.text[start:end]
        if kind == "PHRASE":
            text = _one_blank(text)
        starts, ends = text[0] == "^", text[-1] == "$"
        if starts or ends:
            text = text[starts : len(text) - ends]
        if not 0 < len(text) <= self.limits.contains_length:
            self._refuse_needle(text, (start, end))
        found: Contains = new(Contains, (text, starts, ends, (first[1], end)))
        return found

    def contains_any(self, _: _Token, __: _Token, needles: Any, ___: _Token) -> Test:
        found: Test = _finished(needles)
        return found

    def group_of_tests(self, _: _Token, members: Any, __: _Token) -> Test:
        found: Test = _finished(members)
        return found

    def listed(self, members: Any, _: _Token, member: Any) -> _AnyOf:
        found: _AnyOf = members if members.__class__ is _AnyOf else _AnyOf((_finished(members),))
        found.append(member if member.__class__ in _LEAVES else _finished(member))
        if len(found) > self.limits.list_members:
            limit = self.limits.list_members
            self._refuse_limit("list", f"a list has more than {limit:,} members", found[-1].span)
        return found

    # ── sort and fields ──────────────────────────────────────────────────────────────────────────────────────────

    def no_sort(self) -> Sort:
        return Sort()

    def sort(self, keys: list[SortKey]) -> Sort:
        return Sort(tuple(keys), self.text)

    def sort_key(self, name: _Token, direction: _Token | None = None) -> SortKey:
        path = self.path(name)
        if direction is None:
            return SortKey(path, False, path.span)
        _, start, end = direction
        written = self.text[start + 1 : end].strip(" \t\r\n")
        if self.strict and written not in ("asc", "ASC", "desc", "DESC"):
            self._refuse(
                f'the sort direction "{shorten(written)}" is not known',
                "sort_direction",
                (start, end),
                did_you_mean(written, ("asc", "desc")) or "write asc or desc",
            )
        return SortKey(path, written in ("desc", "DESC"), (name[1], end))

    def all_fields(self) -> Fields:
        return Fields()

    def fields(self, paths: list[Path]) -> Fields:
        return Fields(tuple(paths), self.text)

    def path(self, token: _Token) -> Path:
        return self._path(token[1], token[2])

    # ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _group(self, path: Path, test: Any, span: Span) -> int:
        """Count the tests of a group in parentheses; the depth of its clause."""
        if test.depth == 0:  # its items are tests, no groups
            kinds = {*map(type, test.items)}
            if test.__class__ is Or and kinds == _PLAIN:
                self.tests += 1
                return 1
            if test.__class__ is And and kinds.isdisjoint(_PRESENCES):
                self.tests += len(test.items)
                return 1
        self._count_tests(test)
        return Clause(path, test, span, self.text).depth  # a group may hold what a clause refuses

    def _count_tests(self, test: Test) -> None:
        stack: list[Any] = [test]
        while stack:
            node = stack.pop()
            if isinstance(node, Or):
                others = [each for each in node.items if each.__class__ is not Equals]
                stack.extend(others)
                self.tests += len(others) < len(node.items)
            elif isinstance(node, And):
                stack.extend(node.items)
            elif isinstance(node, Not):
                stack.append(node.item)
            else:
                self.tests += 1

    def _path(self, start: int, end: int) -> Path:
        span = (start, end)
        segments = self._segments(start, self.text[start:end])
        if len(segments) > self.limits.path_segments:
            self._refuse_limit("path", f"a path has more than {self.limits.path_segments} segments", span)
        found: Path = new(Path, (segments, span))
        return found

    def _segments(self, start: int, name: str) -> tuple[str, ...]:
        if _PLAIN_PATH(name):
            return tuple(name.split("."))
        segments: list[str] = []
        for match in _SEGMENT.finditer(name):
            place = (start + match.start(), start + match.end())
            segment = match.group()
            if segment[0] == '"':
                segment = self._unquoted(*place)
            elif not segment.isascii() and not is_name(segment):
                bad = next(at for at in range(len(segment)) if not is_name("a" * (at > 0) + segment[at]))
                self._refuse(
                    f'a field name cannot hold "{shorten(segment[bad])}" without quotes',
                    "bad_name",
                    (place[0] + bad, place[0] + bad + 1),
                    f'put quotes around it: "{shorten(segment)}"',
                )
            problem = segment_problem(segment)
            if problem:
                from .diagnosis.names import bad_segment  # only a text that is refused needs it

                raise bad_segment(problem, place, self)
            segments.append(segment)
        return tuple(segments)

    def _quoted(self, token: _Token) -> LiteralValue:
        _, start, end = token
        text = self.text[start + 1 : end - 1]
        if "\\" in text:
            text = self._unquoted(start, end)
        found: LiteralValue = new(LiteralValue, (text, False, (start, end)))
        return found

    def _bare(self, token: _Token) -> LiteralValue:
        kind, start, end = token
        text = self.text[start:end]
        if kind == "PHRASE":
            text = _one_blank(text)
        more = text[0] in _MORE_THAN_TEXT and is_bare_value(text)
        found: LiteralValue = new(LiteralValue, (text, more, (start, end)))
        return found

    def _unquoted(self, start: int, end: int) -> str:
        text = self.text[start + 1 : end - 1]
        if "\\" not in text:
            return text
        import json  # most texts have no escapes

        found: str = json.loads(f'"{text}"')
        if has_surrogate(found):
            hint = r"write both halves, as in \ud83d\ude00"
            self._refuse("half a surrogate pair stands alone", "surrogate", (start, end), hint)
        return found

    def _refuse_needle(self, text: str, span: Span) -> NoReturn:
        if text:
            limit = self.limits.contains_length
            self._refuse_limit("contains", f"the text after ~ is longer than {limit:,} characters", span)
        name = shorten(self.text[self.field[0] : self.field[1] - 1])
        hint = f"write at least one character, or {name}:exists"
        self._refuse("the text after ~ is empty", "empty_contains", span, hint)

    def _refuse(self, message: str, code: str, span: Span, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, code=code, text=self.text, offset=span[0], length=span[1] - span[0], hint=hint)

    def _refuse_limit(self, name: str, message: str, span: Span) -> NoReturn:
        raise LimitExceededError(
            message, code=f"limit_{name}", text=self.text, offset=span[0], length=span[1] - span[0]
        )


def _one_blank(phrase: str) -> str:
    """A phrase with one blank between its words."""
    return " ".join(phrase.split())


def _finished(items: Any) -> Any:
    """The node of all items, where more than one is read; a node as it is."""
    kind = items.__class__
    if kind is _AllOf:
        return joined(And, tuple(items), (items[0].span[0], items[-1].span[1]))
    if kind is _AnyOf:
        return joined(Or, tuple(items), (items[0].span[0], items[-1].span[1]))
    return items
