"""What the parser builds for each rule of the grammar: one method for each alias in ``grammar/q.lark``.

A method takes the values of the rule's parts and returns the rule's value. The value of a token is a plain tuple: its
kind, its start and its end. What a context-free grammar cannot check (spaces between clauses, limits, keys) is checked
here, where the node is built. Nodes are made without the checks of their constructors, because everything is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from .._record import new
from ..errors import did_you_mean, shorten
from ..limits import Limits
from .lexical import ends_escaped, unescaped
from .nodes import (
    And,
    Clause,
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
    Span,
    Test,
    WholeTest,
    joined,
    no_size,
)
from .token_reader import Token, TokenReader, one_space

__all__ = ["ParseActions"]

_PRESENCE: Final[Mapping[str, Callable[[Span], Test]]] = {"exists": Exists, "missing": Missing, "null": Null}
_AFTER_CLAUSE: Final = frozenset(" \t\r\n)")
_COMPOUND_LENGTH: Final = len("compoundLogicalQuery:")
_ELEM_MATCH_LENGTH: Final = len("elemMatch(")
_LEAVES: Final = frozenset({Equals, Compare, Contains, Exists, Missing, Null, IsEmpty})
_PRESENCES: Final = frozenset({Exists, Missing, Null})
_PLAIN: Final = frozenset({Equals})


class _AndItems(list[Any]):
    """The items of an AND while more may follow. The node is made when all are there, so a long AND is made once."""


class _OrItems(list[Any]):
    """The items of an OR or of a list while more may follow."""


class ParseActions(TokenReader):
    """One parse: its text and limits, and the methods that build the tree."""

    __slots__ = ("tests",)

    def __init__(self, start: str, text: str, limits: Limits, strict: bool = False) -> None:
        super().__init__(start, text, limits, strict)
        self.tests = 0

    def refuse_depth(self, span: Span) -> NoReturn:
        """Refuse the parenthesis or NOT that opens one level too many."""
        self._refuse_limit("depth", f"the query is nested more than {self.limits.depth} levels deep", span)

    # ── query ────────────────────────────────────────────────────────────────────────────────────────────────────

    def everything(self) -> Query:
        return Query()

    def selection(self, root: Any) -> Query:
        return new(Query, (_finished(root),))

    def first(self, item: Any) -> list[Any]:
        return [item]

    def more(self, items: list[Any], _: Token, item: Any) -> list[Any]:
        items.append(item)
        return items

    def and_more(self, items: Any, word: Any, item: Any = None) -> _AndItems:
        added = word if item is None else item  # without the word AND, the item is the second argument
        if items.__class__ is not _AndItems:
            return _AndItems((items, added))
        items.append(added)
        return items

    def or_more(self, items: Any, _: Token, item: Any) -> _OrItems:
        joined_items: _OrItems = items if items.__class__ is _OrItems else _OrItems((_finished(items),))
        joined_items.append(_finished(item))
        return joined_items

    def negation(self, word: Token, item: Any) -> Not[Any]:
        return Not(item, (word[1], item.span[1]))

    def group(self, _: Token, items: Any, __: Token) -> Node:
        node: Node = _finished(items)
        return node

    def compound(self, _: Token, group: Node) -> Node:
        return group

    def nothing(self, opening: Token, closing: Token) -> Or[Any]:
        return Or((), (opening[1], closing[2]))

    def clause(self, field: Token, test: Test | WholeTest) -> Clause:
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
            from .diagnosis.foreign import missing_blank  # only a text that is refused needs it

            self.complete_field = field
            raise missing_blank(self.context(end))
        self.complete_field = field
        span = (start, end)
        depth = 0
        if test.__class__ in _LEAVES:
            self.tests += 1
        elif isinstance(test, (ElemMatch, HasSize)):  # what is in it is counted
            depth = test.depth
        else:
            depth = self._group(path, test, span)
        if self.tests > self.limits.tests:
            self._refuse_limit("tests", f"the query has more than {self.limits.tests:,} tests", span)
        return new(Clause, (path, test, span, text, depth))

    # ── tests ────────────────────────────────────────────────────────────────────────────────────────────────────

    def presence(self, word: Token) -> Test:
        _, start, end = word
        return _PRESENCE[self.text[start:end]]((start, end))

    def equals_quoted(self, token: Token) -> Equals:
        _, start, end = token
        text = self.text[start + 1 : end - 1]
        if "\\" in text:
            text = self._unquoted(start, end)
        span = (start, end)
        return new(Equals, (new(LiteralValue, (text, False, span)), span))

    def equals(self, token: Token) -> Equals:
        literal = self._bare(token)
        return new(Equals, (literal, literal.span))

    def compare_quoted(self, comparator: Token, token: Token) -> Compare:
        _, start, end = comparator
        return new(Compare, (self.text[start:end], self._quoted(token), (start, token[2])))

    def compare(self, comparator: Token, token: Token) -> Compare:
        _, start, end = comparator
        literal = self._bare(token)
        if literal.text in _PRESENCE:
            self._refuse_presence(literal.text, comparator, token)
        return new(Compare, (self.text[start:end], literal, (start, token[2])))

    def contains_quoted(self, first: Token, token: Token | None = None) -> Contains:
        _, start, end = token or first
        starts, ends = self.text[start] == "^", self.text[end - 1] == "$"
        text = self._unquoted(start + starts, end - ends)
        if not 0 < len(text) <= self.limits.contains_length:
            self._refuse_contained(text, (start, end))
        return new(Contains, (text, starts, ends, (first[1], end)))

    def contains(self, first: Token, token: Token | None = None) -> Contains:
        kind, start, end = token or first
        text = self.text[start:end]
        if kind == "PHRASE":
            text = one_space(text)
        if text in _PRESENCE:
            self._refuse_presence(text, first, (kind, start, end))
        starts, ends = text[0] == "^", text[-1] == "$"
        if "\\" in text:
            ends = ends and not ends_escaped(text)
            text = unescaped(text[starts : len(text) - ends])
        elif starts or ends:
            text = text[starts : len(text) - ends]
        if not 0 < len(text) <= self.limits.contains_length:
            self._refuse_contained(text, (start, end))
        return new(Contains, (text, starts, ends, (first[1], end)))

    def contains_any(self, _: Token, __: Token, needles: Any, ___: Token) -> Test:
        test: Test = _finished(needles)
        return test

    def group_of_tests(self, _: Token, members: Any, __: Token) -> Test:
        test: Test = _finished(members)
        return test

    def listed(self, members: Any, _: Token, member: Any) -> _OrItems:
        listed: _OrItems = members if members.__class__ is _OrItems else _OrItems((_finished(members),))
        listed.append(member if member.__class__ in _LEAVES else _finished(member))
        if len(listed) > self.limits.list_members:
            limit = self.limits.list_members
            self._refuse_limit("list", f"a list has more than {limit:,} members", listed[-1].span)
        return listed

    def elem_match(self, opening: Token, items: Any, closing: Token) -> ElemMatch:
        _, start, end = opening
        if end - start > _ELEM_MATCH_LENGTH:
            self._refuse(
                "there is a space between elemMatch and its '('",
                "blank_before_parenthesis",
                (start + _ELEM_MATCH_LENGTH - 1, end - 1),
                "remove the space, as in lines:elemMatch(sku:A1); the word itself is written in quotes",
            )
        return ElemMatch(_finished(items), (opening[1], closing[2]))

    def has_size(self, opening: Token, members: Any, closing: Token) -> HasSize:
        test: Test = _finished(members)
        other = no_size(test)
        if other is not None:
            from .diagnosis.foreign import not_a_size  # only a text that is refused needs it

            raise not_a_size(self.context(opening[1]), other)
        self._count_tests(test)
        return HasSize(test, (opening[1], closing[2]))

    def is_empty(self, token: Token) -> IsEmpty:
        return IsEmpty((token[1], token[2]))

    # ── sort and fields ──────────────────────────────────────────────────────────────────────────────────────────

    def no_sort(self) -> Sort:
        return Sort()

    def sort(self, keys: list[SortKey]) -> Sort:
        return Sort(tuple(keys), self.text)

    def sort_key(self, name: Token, direction: Token | None = None) -> SortKey:
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

    def path(self, token: Token) -> Path:
        return self._path(token[1], token[2])

    # ── helpers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _group(self, path: Path, test: Any, span: Span) -> int:
        """Count the tests of a group in parentheses, and return the depth of its clause."""
        if test.depth == 0:  # its items are tests, not groups
            kinds = {*map(type, test.items)}
            if test.__class__ is Or and kinds == _PLAIN:
                self.tests += 1
                return 1
            # Clauses in the parentheses of a field would be texts; its own colon is the first.
            if test.__class__ is And and Equals in kinds and self.text.count(":", *span) > 2:
                from .diagnosis.foreign import clauses_of_one_element  # most texts do not need it

                clauses_of_one_element(self.context(span[0]), str(path), test.items, span)
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


def _finished(items: Any) -> Any:
    """The node of items that are now complete; any other value as it is."""
    kind = items.__class__
    if kind is _AndItems:
        return joined(And, tuple(items), (items[0].span[0], items[-1].span[1]))
    if kind is _OrItems:
        return joined(Or, tuple(items), (items[0].span[0], items[-1].span[1]))
    return items
