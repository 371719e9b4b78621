"""What the parser makes of each rule of the grammar: one method for each alias in ``grammar/q.lark``.

A method takes the values of the rule's parts and gives the value of the whole. A token's value is its span. Checks that
a context-free grammar cannot make (blanks between clauses, limits, keys) stand where the node is built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias, cast

from .ast import (
    And,
    Clause,
    Comparator,
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
from .diagnose_names import bad_segment
from .errors import LimitExceededError, QuerySyntaxError, did_you_mean, shorten
from .limits import Limits
from .words import has_surrogate, is_name, segment_problem

__all__ = ["Builder"]

_Parts: TypeAlias = Sequence[Any]
_PRESENCE: Final[Mapping[str, Callable[[Span], Test]]] = {"exists": Exists, "missing": Missing, "null": Null}
_SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^".:]+')
_AFTER_CLAUSE: Final = frozenset(" \t\r\n)")


class Builder:
    """The state of one parse: the text, the limits, what was read last and what is still open."""

    def __init__(self, start: str, text: str, limits: Limits, strict: bool = False) -> None:
        self.start = start
        self.text = text
        self.limits = limits
        self.strict = strict
        self.end = 0  # where the last token ended
        self.last: tuple[str, Span] = ("", (0, 0))
        self.field: Span = (0, 0)  # the last field name with its colon
        self.open: list[tuple[str, Span]] = []  # parentheses and NOTs whose end has not come yet
        self.tests = 0

    def shift(self, kind: str, span: Span) -> None:
        """See a token before it is taken: what opens a level is held against the depth."""
        self.end = span[1]
        self.last = (kind, span)
        if kind == "FIELD":
            self.field = span
        elif kind == "LPAR" or kind == "NOT":
            if len(self.open) >= self.limits.depth:
                self._refuse_limit("depth", f"the query is nested more than {self.limits.depth} deep", span)
            self.open.append((kind, span))
        elif kind == "RPAR":  # what it closes is the last that is open: all inside is built before it is taken
            self.open.pop()

    # ── query ────────────────────────────────────────────────────────────────────────────────────────────────────

    def everything(self, parts: _Parts) -> Query:
        return Query()

    def selection(self, parts: _Parts) -> Query:
        return Query(self._either(parts[0]))

    def first(self, parts: _Parts) -> list[Any]:
        return [parts[0]]

    def more(self, parts: _Parts) -> list[Any]:
        parts[0].append(parts[-1])
        return cast("list[Any]", parts[0])

    def either_first(self, parts: _Parts) -> list[Any]:
        return [self._both(parts[0])]

    def either_more(self, parts: _Parts) -> list[Any]:
        parts[0].append(self._both(parts[-1]))
        return cast("list[Any]", parts[0])

    def negation(self, parts: _Parts) -> Not[Any]:
        (start, _), item = parts
        self.open.pop()
        return Not(item, (start, item.span[1]))

    def group(self, parts: _Parts) -> Node:
        return cast("Node", self._either(parts[1]))

    def compound(self, parts: _Parts) -> Node:
        return cast("Node", parts[1])

    def nothing(self, parts: _Parts) -> Or[Any]:
        return Or((), (parts[0][0], parts[1][1]))

    def clause(self, parts: _Parts) -> Clause:
        (start, end), test = parts
        path = self._path((start, end - 1))
        if path.segments == ("compoundLogicalQuery",) and self.text[start] != '"':
            self._refuse(
                "compoundLogicalQuery: takes clauses in parentheses",
                "reserved_name",
                (start, end),
                'write compoundLogicalQuery:((a:1) OR (b:2)); a field of that name is "compoundLogicalQuery":x',
            )
        if self.end < len(self.text) and self.text[self.end] not in _AFTER_CLAUSE:
            self._refuse(
                "a blank is missing between two clauses",
                "missing_blank",
                (self.end, self.end + 1),
                "put a blank, AND or OR between them",
            )
        self._count_tests(test, (start, self.end))
        return Clause(path, test, (start, self.end), self.text)

    # ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────

    def presence(self, parts: _Parts) -> Test:
        (start, end) = parts[0]
        return _PRESENCE[self.text[start:end]](parts[0])

    def equality(self, parts: _Parts) -> Equals:
        return Equals(parts[0], parts[0].span)

    def comparison(self, parts: _Parts) -> Compare:
        (start, end), literal = parts
        return Compare(cast("Comparator", self.text[start:end]), literal, (start, literal.span[1]))

    def contains(self, parts: _Parts) -> Contains:
        (start, _), needle = parts
        return Contains(needle.text, needle.starts, needle.ends, (start, needle.span[1]))

    def contains_any(self, parts: _Parts) -> Test:
        return cast("Test", self._either(parts[2]))

    def group_of_tests(self, parts: _Parts) -> Test:
        return cast("Test", self._either(parts[1]))

    def members_more(self, parts: _Parts) -> list[Any]:
        return self._listed(parts[0], self._both(parts[-1]))

    def needles_first(self, parts: _Parts) -> list[Any]:
        return [parts[0]]

    def needles_more(self, parts: _Parts) -> list[Any]:
        return self._listed(parts[0], parts[-1])

    def quoted(self, parts: _Parts) -> Literal:
        return Literal(self._unquoted(parts[0]), False, parts[0])

    def bare(self, parts: _Parts) -> Literal:
        return Literal(self._phrase(parts[0]), True, parts[0])

    def quoted_needle(self, parts: _Parts) -> Contains:
        start, end = parts[0]
        starts, ends = self.text[start] == "^", self.text[end - 1] == "$"
        return self._needle(self._unquoted((start + starts, end - ends)), starts, ends, parts[0])

    def bare_needle(self, parts: _Parts) -> Contains:
        words = self._phrase(parts[0])
        starts, ends = words.startswith("^"), words.endswith("$")
        return self._needle(words[starts : len(words) - ends], starts, ends, parts[0])

    # ── sort and fields ──────────────────────────────────────────────────────────────────────────────────────────

    def no_sort(self, parts: _Parts) -> Sort:
        return Sort()

    def sort(self, parts: _Parts) -> Sort:
        return Sort(tuple(parts[0]), self.text)

    def sort_more(self, parts: _Parts) -> list[Any]:
        return self.more(parts)

    def sort_key(self, parts: _Parts) -> SortKey:
        path = self._path(parts[0])
        if len(parts) == 1:
            return SortKey(path, False, parts[0])
        start, end = parts[1]
        written = self.text[start + 1 : end].strip(" \t\r\n")
        if self.strict and written not in ("asc", "ASC", "desc", "DESC"):
            self._refuse(
                f'the sort direction "{shorten(written)}" is not known',
                "sort_direction",
                parts[1],
                did_you_mean(written, ("asc", "desc")) or "write asc or desc",
            )
        return SortKey(path, written in ("desc", "DESC"), (parts[0][0], end))

    def all_fields(self, parts: _Parts) -> Fields:
        return Fields()

    def fields(self, parts: _Parts) -> Fields:
        return Fields(tuple(parts[0]), self.text)

    def paths_more(self, parts: _Parts) -> list[Any]:
        return self.more(parts)

    def path(self, parts: _Parts) -> Path:
        return self._path(parts[0])

    # ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _both(self, items: list[Any]) -> Any:
        return conjunction(items, (items[0].span[0], items[-1].span[1]))

    def _either(self, items: list[Any]) -> Any:
        return disjunction(items, (items[0].span[0], items[-1].span[1]))

    def _listed(self, members: list[Any], member: Any) -> list[Any]:
        if len(members) >= self.limits.list_members:
            self._refuse_limit("list", f"a list has more than {self.limits.list_members:,} members", member.span)
        members.append(member)
        return members

    def _count_tests(self, test: Test, span: Span) -> None:
        stack: list[Any] = [test]
        while stack:
            node = stack.pop()
            if isinstance(node, Or):
                values = [each for each in node.items if isinstance(each, Equals)]
                stack.extend(each for each in node.items if not isinstance(each, Equals))
                self.tests += bool(values)
            elif isinstance(node, And):
                stack.extend(node.items)
            elif isinstance(node, Not):
                stack.append(node.item)
            else:
                self.tests += 1
        if self.tests > self.limits.tests:
            self._refuse_limit("tests", f"the query has more than {self.limits.tests:,} tests", span)

    def _path(self, span: Span) -> Path:
        start, end = span
        raw = self.text[start:end]
        segments: list[str] = []
        for match in _SEGMENT.finditer(raw):
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
                raise bad_segment(problem, place, self)
            segments.append(segment)
        if len(segments) > self.limits.path_segments:
            self._refuse_limit("path", f"a path has more than {self.limits.path_segments} segments", span)
        return Path(tuple(segments), span)

    def _unquoted(self, span: Span) -> str:
        raw = self.text[span[0] : span[1]]
        if "\\" not in raw:
            return raw[1:-1]
        found: str = json.loads(raw)
        if has_surrogate(found):
            self._refuse(
                "half a surrogate pair stands alone", "surrogate", span, r"write both halves, as in \ud83d\ude00"
            )
        return found

    def _phrase(self, span: Span) -> str:
        return " ".join(self.text[span[0] : span[1]].split())

    def _needle(self, text: str, starts: bool, ends: bool, span: Span) -> Contains:
        if not text:
            name = shorten(self.text[self.field[0] : self.field[1] - 1])
            self._refuse(
                "the text after ~ is empty", "empty_contains", span, f"write at least one character, or {name}:exists"
            )
        if len(text) > self.limits.contains_length:
            limit = self.limits.contains_length
            self._refuse_limit("contains", f"the text after ~ is longer than {limit:,} characters", span)
        return Contains(text, starts, ends, span)

    def _refuse(self, message: str, code: str, span: Span, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, code=code, text=self.text, offset=span[0], length=span[1] - span[0], hint=hint)

    def _refuse_limit(self, name: str, message: str, span: Span) -> NoReturn:
        raise LimitExceededError(
            message, code=f"limit_{name}", text=self.text, offset=span[0], length=span[1] - span[0]
        )
