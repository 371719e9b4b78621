"""Texts as people write them: every way to spell what a tree says."""

from __future__ import annotations

import json
import unicodedata
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Schema
from ..syntax.lexical import is_name
from ..syntax.nodes import (
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
    Test,
)
from .queries import fields, queries, sorts
from .vocabulary import VOCABULARY, Vocabulary, mostly

__all__ = ["fields_texts", "query_texts", "sort_texts", "spellings"]

_KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})
_PRESENCE: Final[dict[type, str]] = {Exists: "exists", Missing: "missing", Null: "null"}
_UNQUOTABLE: Final = frozenset({"Cc", "Cs", "Zs", "Zl", "Zp"})
_SHORT: Final = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "/": "\\/"}
_ASCENDING: Final = ("", ":asc", ":ASC", ": asc", ":", ":up", ":Desc")
_DESCENDING: Final = (":desc", ":DESC", ": desc", " :desc ")
_BLANKS: Final = mostly(st.just(""), st.sampled_from((" ", "  ", "\t", "\r\n")), 3)
_BLANK: Final = mostly(st.just(" "), st.sampled_from(("  ", "\t", "\n ", "\r\n")), 4)
_RARELY: Final = st.integers(1, 8).map((8).__eq__)
_EVEN: Final = st.booleans()


def query_texts(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[str]:
    """A valid ``q`` as people write it: bare and quoted text, blanks, escapes, extra parentheses.

    Lists are written in all ways, and groups of clauses sometimes with ``compoundLogicalQuery:``.
    """
    return queries(schema, vocabulary=vocabulary).flatmap(spellings)


def sort_texts(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[str]:
    """A valid ``sort`` as people write it."""
    return sorts(schema, vocabulary=vocabulary).flatmap(spellings)


def fields_texts(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[str]:
    """A valid ``fields`` as people write it."""
    return fields(schema, vocabulary=vocabulary).flatmap(spellings)


@st.composite
def spellings(draw: DrawFn, tree: Query | Sort | Fields) -> str:
    """A text that parses to this tree."""
    match tree:
        case Query(root=root):
            return draw(_BLANKS) if root is None else _padded(draw, _either(draw, root))
        case Sort(keys=keys):
            return _listed(draw, [_sort_key(draw, key) for key in keys])
        case _:
            return _listed(draw, _with_an_idle_path(draw, tree))


# ── blanks, quotes and names ─────────────────────────────────────────────────────────────────────────────────────────


def _padded(draw: DrawFn, inner: str) -> str:
    return f"{draw(_BLANKS)}{inner}{draw(_BLANKS)}"


def _enclosed(draw: DrawFn, inner: str) -> str:
    return f"({_padded(draw, inner)})"


def _spaced(draw: DrawFn, word: str, following: str) -> str:
    """A keyword, and a blank before what follows unless that is a parenthesis."""
    return f"{word}{draw(_BLANKS if following.startswith('(') else _BLANK)}{following}"


def _quoted(draw: DrawFn, text: str) -> str:
    """The text as a JSON string: raw where it can be, or escaped in several ways."""
    way = draw(st.sampled_from(("raw", "raw", "raw", "ascii", "hexadecimal", "short")))
    if way == "ascii":
        return json.dumps(text)
    if way == "hexadecimal":
        return f'"{"".join(map(_escaped, text))}"'
    if way == "short":
        return f'"{"".join(_SHORT.get(each) or json.dumps(each, ensure_ascii=False)[1:-1] for each in text)}"'
    return json.dumps(text, ensure_ascii=False)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04X}" for at in range(0, len(units), 2))


def _is_word(text: str) -> bool:
    """Whether the text can stand without quotes as one word."""
    if not text or text in _KEYWORDS or text[0] in "~<>=!":
        return False
    return not any(each in '"(),' or unicodedata.category(each) in _UNQUOTABLE for each in text)


def _unquoted(draw: DrawFn, text: str, inside: bool) -> str | None:
    """The text without quotes; ``inside`` the parentheses of a clause it may be of several words."""
    words = text.split(" ") if inside else [text]
    if not all(map(_is_word, words)):
        return None
    return words[0] + "".join(draw(_BLANK) + word for word in words[1:])


def _path(draw: DrawFn, path: Path, in_clause: bool = False) -> str:
    reserved = in_clause and path.segments == ("compoundLogicalQuery",)
    return ".".join(
        segment if is_name(segment) and not reserved and not draw(_RARELY) else _quoted(draw, segment)
        for segment in path.segments
    )


# ── clauses and what joins them ──────────────────────────────────────────────────────────────────────────────────────


def _either(draw: DrawFn, node: Node) -> str:
    """A node where OR may stand."""
    if not isinstance(node, Or) or not node.items:
        return _both(draw, node)
    first, *rest = _regrouped(draw, node)
    text = _both(draw, first)
    for item in rest:
        text += draw(_BLANK) + _spaced(draw, "OR", _both(draw, item))
    return text


def _both(draw: DrawFn, node: Node) -> str:
    """A node where AND may stand."""
    if not isinstance(node, And):
        return _unary(draw, node)[0]
    first, *rest = _regrouped(draw, node)
    text, closed = _unary(draw, first)
    for item in rest:
        following, closes = _unary(draw, item)
        # Beside the parenthesis of a group, but not of a clause, blanks may be left out.
        text += draw(_BLANKS if closed else _BLANK)
        text += _spaced(draw, "AND", following) if draw(_EVEN) else following
        closed = closes
    return text


def _unary(draw: DrawFn, node: Node) -> tuple[str, bool]:
    """A node under NOT or in parentheses where it needs them, and whether it ends with those of a group."""
    if isinstance(node, Not):
        inner, closed = _unary(draw, node.item)
        return _spaced(draw, "NOT", inner), closed
    if isinstance(node, Clause) and not draw(_RARELY):
        return f"{_path(draw, node.path, in_clause=True)}:{_test(draw, node.test)}", False
    group = _enclosed(draw, "" if node == Or(()) else _either(draw, node))
    return ("compoundLogicalQuery:" + draw(_BLANKS) if draw(_RARELY) else "") + group, True


def _regrouped(draw: DrawFn, node: And[Node] | Or[Node]) -> tuple[Node, ...]:
    """The items, the first few of them sometimes in parentheses of their own, which means the same."""
    if len(node.items) == 2 or not draw(_RARELY):
        return node.items
    count = draw(st.integers(2, len(node.items) - 1))
    return (type(node)(node.items[:count]), *node.items[count:])


# ── what a clause asks ───────────────────────────────────────────────────────────────────────────────────────────────


def _test(draw: DrawFn, test: Test) -> str:
    if test == Or(()):
        return _enclosed(draw, "")
    items = test.items if isinstance(test, Or) else (test,)
    needles = [each for each in items if isinstance(each, Contains)]
    if len(needles) == len(items) and draw(_EVEN):
        return f"~{draw(_BLANKS)}{_enclosed(draw, _list(draw, [_needle(draw, each, True) for each in needles]))}"
    if isinstance(test, (And, Or, Not)) or draw(_RARELY):
        return _enclosed(draw, _members(draw, test))
    return _leaf(draw, test, inside=False)


def _list(draw: DrawFn, members: list[str]) -> str:
    text = members[0]
    for member in members[1:]:
        text += draw(_BLANK) + _spaced(draw, "OR", member) if draw(_RARELY) else _padded(draw, ",") + member
    return text


def _members(draw: DrawFn, test: Test) -> str:
    items = test.items if isinstance(test, Or) and test.items else (test,)
    return _list(draw, [_all_of(draw, each) for each in items])


def _all_of(draw: DrawFn, test: Test) -> str:
    first, *rest = test.items if isinstance(test, And) else (test,)
    text = _member(draw, first)
    for item in rest:
        text += draw(_BLANK) + _spaced(draw, "AND", _member(draw, item))
    return text


def _member(draw: DrawFn, test: Test) -> str:
    if isinstance(test, Not):
        return _spaced(draw, "NOT", _member(draw, test.item))
    if test == Or(()):
        return _enclosed(draw, "")
    if isinstance(test, (And, Or)) or draw(_RARELY):
        return _enclosed(draw, _members(draw, test))
    return _leaf(draw, test, inside=True)


def _leaf(draw: DrawFn, test: Test, inside: bool) -> str:
    """A test without parentheses of its own; ``inside`` those of a clause, several words need no quotes."""
    match test:
        case Equals(literal=literal):
            is_keyword = literal.text.split(" ")[0] in _PRESENCE.values()
            return _quoted(draw, literal.text) if is_keyword else _literal(draw, literal, inside)
        case Compare(comparator=comparator, literal=literal):
            return f"{comparator}{draw(_BLANKS)}{_literal(draw, literal, inside)}"
        case Contains():
            return f"~{draw(_BLANKS)}{_needle(draw, test, inside)}"
        case _:
            return _PRESENCE[type(test)]


def _literal(draw: DrawFn, literal: LiteralValue, inside: bool) -> str:
    if literal.bare:
        return literal.text
    # Without quotes, a number or a boolean would be read as such too.
    means_more = LiteralValue(literal.text, bare=True).bare
    unquoted = None if means_more or draw(_EVEN) else _unquoted(draw, literal.text, inside)
    return unquoted or _quoted(draw, literal.text)


def _needle(draw: DrawFn, test: Contains, inside: bool) -> str:
    before, after = "^" * test.starts, "$" * test.ends
    means_more = (test.text[0] == "^" and not test.starts) or (test.text[-1] == "$" and not test.ends)
    unquoted = None if means_more or draw(_EVEN) else _unquoted(draw, f"{before}{test.text}{after}", inside)
    return unquoted or f"{before}{_quoted(draw, test.text)}{after}"


# ── sort and fields ──────────────────────────────────────────────────────────────────────────────────────────────────


def _listed(draw: DrawFn, parts: list[str]) -> str:
    return ",".join(_padded(draw, part) for part in parts) or draw(_BLANKS)


def _sort_key(draw: DrawFn, key: SortKey) -> str:
    return _path(draw, key.path) + draw(st.sampled_from(_DESCENDING if key.descending else _ASCENDING))


def _with_an_idle_path(draw: DrawFn, tree: Fields) -> list[str]:
    """The paths, sometimes with one more that adds nothing."""
    paths = [*tree.paths]
    if draw(_RARELY) and paths:
        paths.append(draw(st.sampled_from([paths[0], Path((*paths[0].segments, "a"))])))
    return [_path(draw, path) for path in paths]
