"""What the parser builds for each rule of the grammar: one method for each alias in ``grammar/q.lark``.

A method takes the values of the rule's parts and returns the rule's value. The value of a token is a plain tuple: its
kind, its start and its end. What a context-free grammar cannot check (spaces between clauses, limits, keys) is checked
here, where the node is built. Nodes are made without the checks of their constructors, because everything is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

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

if TYPE_CHECKING:
    from .diagnosis.context import ErrorContext

__all__ = ["ParseActions"]

_Token: TypeAlias = tuple[str, int, int]
_PRESENCE: Final[Mapping[str, Callable[[Span], Test]]] = {"exists": Exists, "missing": Missing, "null": Null}
_SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^".:]+')
_AFTER_CLAUSE: Final = frozenset(" \t\r\n)")
_COMPOUND_LENGTH: Final = len("compoundLogicalQuery:")
_PLAIN_PATH: Final = re.compile(r"[A-Za-z_][-0-9A-Za-z_]*(?:\.[A-Za-z_][-0-9A-Za-z_]*)*").fullmatch
_BARE_VALUE_START: Final = frozenset("-0123456789tf")  # first characters of numbers, true and false
_LEAVES: Final = frozenset({Equals, Compare, Contains, Exists, Missing, Null})
_PRESENCES: Final = frozenset({Exists, Missing, Null})
_PLAIN: Final = frozenset({Equals})


class _AndItems(list[Any]):
    """The items of an AND while more may follow. The node is made when all are there, so a long AND is made once."""


class _OrItems(list[Any]):
    """The items of an OR or of a list while more may follow."""


class ParseActions:
    """One parse: its text and limits, and the methods that build the tree."""

    __slots__ = ("complete_field", "limits", "start", "strict", "tests", "text", "token", "values")

    def __init__(self, start: str, text: str, limits: Limits, strict: bool = False) -> None:
        self.start = start  # the start rule
        self.text = text
        self.limits = limits
        self.strict = strict
        self.values: list[Any] = [None]  # of the tokens and rules that are not yet part of a complete rule
        self.token: _Token = ("", 0, 0)  # the last one
        self.complete_field: _Token = ("", 0, 0)  # of the last complete clause
        self.tests = 0

    def context(self, at: int, expected: Collection[str] = ()) -> ErrorContext:
        """What the diagnosis of an error at an offset has to know of this parse."""
        from .diagnosis.context import ErrorContext  # only a text that is refused needs it

        tokens = [value for value in self.values if value.__class__ is tuple]
        return ErrorContext(self.text, self.start, at, expected, self.token, tokens, self.complete_field)

    def refuse_depth(self, span: Span) -> NoReturn:
        """Refuse the parenthesis or NOT that opens one level too many."""
        self._refuse_limit("depth", f"the query is nested more than {self.limits.depth} levels deep", span)

    # ── query ────────────────────────────────────────────────────────────────────────────────────────────────────

    def everything(self) -> Query:
        return Query()

    def selection(self, root: Any) -> Query:
        query: Query = new(Query, (_finished(root),))
        return query

    def first(self, item: Any) -> list[Any]:
        return [item]

    def more(self, items: list[Any], _: _Token, item: Any) -> list[Any]:
        items.append(item)
        return items

    def and_more(self, items: Any, word: Any, item: Any = None) -> _AndItems:
        added = word if item is None else item  # without the word AND, the item is the second argument
        if items.__class__ is not _AndItems:
            return _AndItems((items, added))
        items.append(added)
        return items

    def or_more(self, items: Any, _: _Token, item: Any) -> _OrItems:
        joined_items: _OrItems = items if items.__class__ is _OrItems else _OrItems((_finished(items),))
        joined_items.append(_finished(item))
        return joined_items

    def negation(self, word: _Token, item: Any) -> Not[Any]:
        return Not(item, (word[1], item.span[1]))

    def group(self, _: _Token, items: Any, __: _Token) -> Node:
        node: Node = _finished(items)
        return node

    def compound(self, _: _Token, group: Node) -> Node:
        return group

    def nothing(self, opening: _Token, closing: _Token) -> Or[Any]:
        return Or((), (opening[1], closing[2]))

    def clause(self, field: _Token, test: Test) -> Clause:
        _, start, colon = field
        text, end = self.text, self.token[2]
        name = text[start : colon - 1]
        if name.isidentifier() and name.isascii():  # one segment, as in most clauses
            path = new(Path, ((name,), (start, colon - 1)))
        else:
            path = self._path(start, colon - 1)
        if colon - start == _COMPOUND_LENGTH and text.startswith("compoundLogicalQuery", start):
            self._refuse(
                "compoundLogicalQuery: must be followed by clauses in parentheses",
                "reserved_name",
                (start, colon),
                'write compoundLogicalQuery:((a:1) OR (b:2)); a field of that name is "compoundLogicalQuery":x',
            )
        if end != len(text) and text[end] not in _AFTER_CLAUSE:
            from .diagnosis.context import missing_blank  # only a text that is refused needs it

            raise missing_blank(self.context(end))
        self.complete_field = field
        span = (start, end)
        depth = 0
        if test.__class__ in _LEAVES:
            self.tests += 1
        else:
            depth = self._group(path, test, span)
        if self.tests > self.limits.tests:
            self._refuse_limit("tests", f"the query has more than {self.limits.tests:,} tests", span)
        clause: Clause = new(Clause, (path, test, span, text, depth))
        return clause

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
        test: Equals = new(Equals, (new(LiteralValue, (text, False, span)), span))
        return test

    def equals(self, token: _Token) -> Equals:
        literal = self._bare(token)
        test: Equals = new(Equals, (literal, literal.span))
        return test

    def compare_quoted(self, comparator: _Token, token: _Token) -> Compare:
        _, start, end = comparator
        test: Compare = new(Compare, (self.text[start:end], self._quoted(token), (start, token[2])))
        return test

    def compare(self, comparator: _Token, token: _Token) -> Compare:
        _, start, end = comparator
        test: Compare = new(Compare, (self.text[start:end], self._bare(token), (start, token[2])))
        return test

    def contains_quoted(self, first: _Token, token: _Token | None = None) -> Contains:
        _, start, end = token or first
        starts, ends = self.text[start] == "^", self.text[end - 1] == "$"
        text = self._unquoted(start + starts, end - ends)
        if not 0 < len(text) <= self.limits.contains_length:
            self._refuse_contained(text, (start, end))
        test: Contains = new(Contains, (text, starts, ends, (first[1], end)))
        return test

    def contains(self, first: _Token, token: _Token | None = None) -> Contains:
        kind, start, end = token or first
        text = self.text[start:end]
        if kind == "PHRASE":
            text = _one_space(text)
        starts, ends = text[0] == "^", text[-1] == "$"
        if starts or ends:
            text = text[starts : len(text) - ends]
        if not 0 < len(text) <= self.limits.contains_length:
            self._refuse_contained(text, (start, end))
        test: Contains = new(Contains, (text, starts, ends, (first[1], end)))
        return test

    def contains_any(self, _: _Token, __: _Token, needles: Any, ___: _Token) -> Test:
        test: Test = _finished(needles)
        return test

    def group_of_tests(self, _: _Token, members: Any, __: _Token) -> Test:
        test: Test = _finished(members)
        return test

    def listed(self, members: Any, _: _Token, member: Any) -> _OrItems:
        listed: _OrItems = members if members.__class__ is _OrItems else _OrItems((_finished(members),))
        listed.append(member if member.__class__ in _LEAVES else _finished(member))
        if len(listed) > self.limits.list_members:
            limit = self.limits.list_members
            self._refuse_limit("list", f"a list has more than {limit:,} members", listed[-1].span)
        return listed

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
        word = self.text[start + 1 : end].strip(" \t\r\n")
        if self.strict and word not in ("asc", "ASC", "desc", "DESC"):
            self._refuse(
                f'unknown sort direction "{shorten(word)}"',
                "sort_direction",
                (start, end),
                did_you_mean(word, ("asc", "desc")) or "write asc or desc",
            )
        return SortKey(path, word in ("desc", "DESC"), (name[1], end))

    def all_fields(self) -> Fields:
        return Fields()

    def fields(self, paths: list[Path]) -> Fields:
        return Fields(tuple(paths), self.text)

    def path(self, token: _Token) -> Path:
        return self._path(token[1], token[2])

    # ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _group(self, path: Path, test: Any, span: Span) -> int:
        """Count the tests of a group in parentheses, and return the depth of its clause."""
        if test.depth == 0:  # its items are tests, not groups
            kinds = {*map(type, test.items)}
            if test.__class__ is Or and kinds == _PLAIN:
                self.tests += 1
                return 1
            if test.__class__ is And and kinds.isdisjoint(_PRESENCES):
                self.tests += len(test.items)
                return 1
        self._count_tests(test)
        return Clause(path, test, span, self.text).depth  # the constructor checks what a group may contain

    def _count_tests(self, test: Test) -> None:
        stack: list[Any] = [test]
        while stack:
            node = stack.pop()
            if isinstance(node, Or):
                others = [item for item in node.items if item.__class__ is not Equals]
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
            self._refuse_limit("path", f"a field name has more than {self.limits.path_segments} parts", span)
        path: Path = new(Path, (segments, span))
        return path

    def _segments(self, start: int, name: str) -> tuple[str, ...]:
        if _PLAIN_PATH(name):
            return tuple(name.split("."))
        segments: list[str] = []
        for match in _SEGMENT.finditer(name):
            begin, end = start + match.start(), start + match.end()
            segment = match.group()
            if segment[0] == '"':
                segment = self._unquoted(begin, end)
            elif not segment.isascii() and not is_name(segment):
                from .diagnosis.names import unquoted_character  # only a text that is refused needs it

                bad = next(at for at in range(len(segment)) if not is_name("a" * (at > 0) + segment[at]))
                raise unquoted_character(self.context(begin), begin + bad, segment)
            problem = segment_problem(segment)
            if problem:
                from .diagnosis.names import bad_segment  # only a text that is refused needs it

                raise bad_segment(self.context(begin), end, problem)
            segments.append(segment)
        return tuple(segments)

    def _quoted(self, token: _Token) -> LiteralValue:
        _, start, end = token
        text = self.text[start + 1 : end - 1]
        if "\\" in text:
            text = self._unquoted(start, end)
        literal: LiteralValue = new(LiteralValue, (text, False, (start, end)))
        return literal

    def _bare(self, token: _Token) -> LiteralValue:
        kind, start, end = token
        text = self.text[start:end]
        if kind == "PHRASE":
            text = _one_space(text)
        bare = text[0] in _BARE_VALUE_START and is_bare_value(text)
        literal: LiteralValue = new(LiteralValue, (text, bare, (start, end)))
        return literal

    def _unquoted(self, start: int, end: int) -> str:
        text = self.text[start + 1 : end - 1]
        if "\\" not in text:
            return text
        import json  # most texts have no escapes

        unescaped: str = json.loads(f'"{text}"')
        if has_surrogate(unescaped):
            hint = r"write both halves, as in \ud83d\ude00"
            self._refuse("the text contains half of a surrogate pair", "surrogate", (start, end), hint)
        return unescaped

    def _refuse_contained(self, text: str, span: Span) -> NoReturn:
        """Refuse a text after ``~`` that is empty or too long."""
        if text:
            limit = self.limits.contains_length
            self._refuse_limit("contains", f"the text after '~' is longer than {limit:,} characters", span)
        hint = f"write at least one character, or {self.context(span[0]).field}:exists"
        self._refuse("the text after '~' is empty", "empty_contains", span, hint)

    def _refuse(self, message: str, code: str, span: Span, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, code=code, text=self.text, offset=span[0], length=span[1] - span[0], hint=hint)

    def _refuse_limit(self, name: str, message: str, span: Span) -> NoReturn:
        raise LimitExceededError(
            message, code=f"limit_{name}", text=self.text, offset=span[0], length=span[1] - span[0]
        )


def _one_space(phrase: str) -> str:
    """A phrase with one space between its words."""
    return " ".join(phrase.split())


def _finished(items: Any) -> Any:
    """The node of items that are now complete; any other value as it is."""
    kind = items.__class__
    if kind is _AndItems:
        return joined(And, tuple(items), (items[0].span[0], items[-1].span[1]))
    if kind is _OrItems:
        return joined(Or, tuple(items), (items[0].span[0], items[-1].span[1]))
    return items
