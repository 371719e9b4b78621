"""What the parser makes of each rule of the grammar: one method for each alias in ``grammar/q.lark``.

A method takes the values of the rule's parts and gives the value of the whole. A token's value is the match of its
lexer, which also took the blanks behind it. Checks that a context-free grammar cannot make (blanks between clauses,
limits, keys) stand where the node is built; what was checked here, or by the grammar, is not checked by the node again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from .ast import (
    And,
    Clause,
    Compare,
    Contains,
    Equals,
    Exists,
    Fields,
    Literal,
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
    conjunction,
    disjunction,
)
from .errors import LimitExceededError, QuerySyntaxError, did_you_mean, shorten
from .limits import Limits
from .node import new
from .words import has_surrogate, is_bare_value, is_name, segment_problem

__all__ = ["Builder"]

_Token: TypeAlias = re.Match[str]
_PRESENCE: Final[Mapping[str, Callable[[Span], Test]]] = {"exists": Exists, "missing": Missing, "null": Null}
_SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^".:]+')
_AFTER_CLAUSE: Final = frozenset((" ", "\t", "\r", "\n", ")", ""))
_PLAIN_PATH: Final = re.compile(r"[A-Za-z_][-0-9A-Za-z_]*(?:\.[A-Za-z_][-0-9A-Za-z_]*)*").fullmatch
_MORE_THAN_TEXT: Final = frozenset("-0123456789tf")  # how numbers, true and false start
_LEAVES: Final = frozenset({Equals, Compare, Contains, Exists, Missing, Null})


class _AllOf(list[Any]):
    """Items of an AND that may go on: it becomes a node once all are there, so that a long one is built once."""


class _AnyOf(list[Any]):
    """Items of an OR or of a list that may go on."""


class Builder:
    """The state of one parse: the text, the limits, what was read last and what is still open."""

    def __init__(self, start: str, text: str, limits: Limits, strict: bool = False) -> None:
        self.start = start
        self.text = text
        self.limits = limits
        self.strict = strict
        self.values: list[Any] = []  # of the parts that are read, but whose rules are not complete
        self.token: _Token | None = None  # the last one
        self.complete: _Token | None = None  # the field of the last clause that is
        self.open: list[_Token] = []  # parentheses and NOTs whose end has not come yet
        self.tests = 0

    def nest(self, token: _Token) -> None:
        """See a parenthesis or NOT before it is taken: what opens a level is held against the depth."""
        if token.lastgroup == "RPAR":  # what it closes is the last that is open: all inside is built already
            self.open.pop()
            return
        if len(self.open) >= self.limits.depth:
            self._refuse_limit("depth", f"the query is nested more than {self.limits.depth} deep", _span(token))
        self.open.append(token)

    @property
    def last(self) -> tuple[str, Span]:
        """Kind and span of the last token."""
        return ("", (0, 0)) if self.token is None else (str(self.token.lastgroup), _span(self.token))

    @property
    def field(self) -> Span:
        """The last field name, with its colon: that of the clause that is being read, or of the one before."""
        tokens = (value for value in reversed(self.values) if isinstance(value, re.Match))
        token = next((token for token in tokens if token.lastgroup == "FIELD"), self.complete)
        return (0, 0) if token is None else _span(token)

    # ── query ────────────────────────────────────────────────────────────────────────────────────────────────────

    def everything(self) -> Query:
        return Query()

    def selection(self, root: Any) -> Query:
        found: Query = new(Query, (_finished(root),))
        return found

    def first(self, item: Any) -> list[Any]:
        return [item]

    def more(self, items: list[Any], *rest: Any) -> list[Any]:
        items.append(rest[-1])
        return items

    def and_more(self, items: Any, *rest: Any) -> _AllOf:
        found: _AllOf = items if items.__class__ is _AllOf else _AllOf((items,))
        found.append(rest[-1])
        return found

    def or_more(self, items: Any, _: _Token, item: Any) -> _AnyOf:
        found: _AnyOf = items if items.__class__ is _AnyOf else _AnyOf((_finished(items),))
        found.append(_finished(item))
        return found

    def negation(self, word: _Token, item: Any) -> Not[Any]:
        self.open.pop()
        return Not(item, (word.start(), item.span[1]))

    def group(self, _: _Token, items: Any, __: _Token) -> Node:
        found: Node = _finished(items)
        return found

    def compound(self, _: _Token, group: Node) -> Node:
        return group

    def nothing(self, opening: _Token, closing: _Token) -> Or[Any]:
        return Or((), (opening.start(), closing.start() + 1))

    def clause(self, field: _Token, test: Test) -> Clause:
        start, end = field.start(), _end(self.token)  # type: ignore[arg-type]  # a clause has tokens
        name: str = field[field.lastindex]  # type: ignore[index]  # every token is a group
        path = self._path(start, name[:-1])
        if name == "compoundLogicalQuery:":
            self._refuse(
                "compoundLogicalQuery: takes clauses in parentheses",
                "reserved_name",
                _span(field),
                'write compoundLogicalQuery:((a:1) OR (b:2)); a field of that name is "compoundLogicalQuery":x',
            )
        if self.text[end : end + 1] not in _AFTER_CLAUSE:
            self._refuse(
                "a blank is missing between two clauses",
                "missing_blank",
                (end, end + 1),
                "put a blank, AND or OR between them",
            )
        self.complete = field
        span = (start, end)
        if test.__class__ in _LEAVES:
            self.tests += 1
            found: Clause = new(Clause, (path, test, span, self.text, 0))
        else:
            self._count_tests(test)
            found = Clause(path, test, span, self.text)  # a group may hold what a clause refuses
        if self.tests > self.limits.tests:
            self._refuse_limit("tests", f"the query has more than {self.limits.tests:,} tests", span)
        return found

    # ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────

    def presence(self, word: _Token) -> Test:
        return _PRESENCE[word[word.lastindex]](_span(word))  # type: ignore[index]  # as above

    def equality(self, literal: Literal) -> Equals:
        found: Equals = new(Equals, (literal, literal.span))
        return found

    def comparison(self, comparator: _Token, literal: Literal) -> Compare:
        sign: Any = comparator[comparator.lastindex]  # type: ignore[index]  # every token is a group
        found: Compare = new(Compare, (sign, literal, (comparator.start(), literal.span[1])))  # type: ignore[index]  # it has a span
        return found

    def contains(self, tilde: _Token, needle: Contains) -> Contains:
        span = (tilde.start(), needle.span[1])  # type: ignore[index]  # it has a span
        found: Contains = new(Contains, (needle.text, needle.starts, needle.ends, span))
        return found

    def contains_any(self, _: _Token, __: _Token, needles: Any, ___: _Token) -> Test:
        found: Test = _finished(needles)
        return found

    def group_of_tests(self, _: _Token, members: Any, __: _Token) -> Test:
        found: Test = _finished(members)
        return found

    def listed(self, members: Any, comma: _Token, member: Any) -> _AnyOf:
        found = self.or_more(members, comma, member)
        if len(found) > self.limits.list_members:
            limit = self.limits.list_members
            self._refuse_limit("list", f"a list has more than {limit:,} members", found[-1].span)
        return found

    def quoted(self, token: _Token) -> Literal:
        span = _span(token)
        found: Literal = new(Literal, (self._unquoted(span), False, span))
        return found

    def bare(self, token: _Token) -> Literal:
        text = self._phrase(token)
        more = text[0] in _MORE_THAN_TEXT and is_bare_value(text)
        found: Literal = new(Literal, (text, more, _span(token)))
        return found

    def quoted_needle(self, token: _Token) -> Contains:
        start, end = _span(token)
        starts, ends = self.text[start] == "^", self.text[end - 1] == "$"
        return self._needle(self._unquoted((start + starts, end - ends)), starts, ends, (start, end))

    def bare_needle(self, token: _Token) -> Contains:
        words = self._phrase(token)
        starts, ends = words[0] == "^", words[-1] == "$"
        return self._needle(words[starts : len(words) - ends], starts, ends, _span(token))

    # ── sort and fields ──────────────────────────────────────────────────────────────────────────────────────────

    def no_sort(self) -> Sort:
        return Sort()

    def sort(self, keys: list[SortKey]) -> Sort:
        return Sort(tuple(keys), self.text)

    def sort_key(self, name: _Token, direction: _Token | None = None) -> SortKey:
        path = self.path(name)
        if direction is None:
            return SortKey(path, False, path.span)
        start, end = _span(direction)
        written = self.text[start + 1 : end].strip(" \t\r\n")
        if self.strict and written not in ("asc", "ASC", "desc", "DESC"):
            self._refuse(
                f'the sort direction "{shorten(written)}" is not known',
                "sort_direction",
                (start, end),
                did_you_mean(written, ("asc", "desc")) or "write asc or desc",
            )
        return SortKey(path, written in ("desc", "DESC"), (name.start(), end))

    def all_fields(self) -> Fields:
        return Fields()

    def fields(self, paths: list[Path]) -> Fields:
        return Fields(tuple(paths), self.text)

    def path(self, token: _Token) -> Path:
        return self._path(token.start(), token[token.lastindex])  # type: ignore[index]  # as above

    # ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────

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

    def _path(self, start: int, name: str) -> Path:
        span = (start, start + len(name))
        segments = tuple(name.split(".")) if _PLAIN_PATH(name) else self._segments(start, name)
        if len(segments) > self.limits.path_segments:
            self._refuse_limit("path", f"a path has more than {self.limits.path_segments} segments", span)
        found: Path = new(Path, (segments, span))
        return found

    def _segments(self, start: int, name: str) -> tuple[str, ...]:
        segments: list[str] = []
        for match in _SEGMENT.finditer(name):
            place = (start + match.start(), start + match.end())
            segment = match.group()
            if segment[0] == '"':
                segment = self._unquoted(place)
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
                from .diagnose_names import bad_segment  # only a text that is refused needs it

                raise bad_segment(problem, place, self)
            segments.append(segment)
        return tuple(segments)

    def _unquoted(self, span: Span) -> str:
        raw = self.text[span[0] : span[1]]
        if "\\" not in raw:
            return raw[1:-1]
        import json  # most texts have no escapes

        found: str = json.loads(raw)
        if has_surrogate(found):
            self._refuse(
                "half a surrogate pair stands alone", "surrogate", span, r"write both halves, as in \ud83d\ude00"
            )
        return found

    def _phrase(self, token: _Token) -> str:
        return " ".join(token[token.lastindex].split())  # type: ignore[index]  # as above

    def _needle(self, text: str, starts: bool, ends: bool, span: Span) -> Contains:
        if not text:
            name = shorten(self.text[self.field[0] : self.field[1] - 1])
            self._refuse(
                "the text after ~ is empty", "empty_contains", span, f"write at least one character, or {name}:exists"
            )
        if len(text) > self.limits.contains_length:
            limit = self.limits.contains_length
            self._refuse_limit("contains", f"the text after ~ is longer than {limit:,} characters", span)
        found: Contains = new(Contains, (text, starts, ends, span))
        return found

    def _refuse(self, message: str, code: str, span: Span, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, code=code, text=self.text, offset=span[0], length=span[1] - span[0], hint=hint)

    def _refuse_limit(self, name: str, message: str, span: Span) -> NoReturn:
        raise LimitExceededError(
            message, code=f"limit_{name}", text=self.text, offset=span[0], length=span[1] - span[0]
        )


def _finished(items: Any) -> Any:
    """The node of all items, where more than one is read; a node as it is."""
    kind = items.__class__
    if kind is not _AllOf and kind is not _AnyOf:
        return items
    join = conjunction if kind is _AllOf else disjunction
    return join(items, (items[0].span[0], items[-1].span[1]))


def _end(token: _Token) -> int:
    """Where a token ends, before the blanks behind it."""
    return token.end(token.lastindex)  # type: ignore[arg-type]  # every token is a group


def _span(token: _Token) -> Span:
    return token.span(token.lastindex)  # type: ignore[arg-type]  # as above
