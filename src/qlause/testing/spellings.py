"""Texts as people write them: every way to spell a tree."""

from __future__ import annotations

import json
import unicodedata
from typing import Final, assert_never

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ..schema.schema import Schema
from ..syntax.lexical import is_name
from ..syntax.nodes import (
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
    Test,
    WholeTest,
)
from .queries import fields, queries, sorts
from .vocabulary import VOCABULARY, Vocabulary, mostly

__all__ = ["fields_texts", "query_texts", "sort_texts", "spellings"]

_KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})
_ESCAPED: Final = frozenset(r"\.*+?^$[]{}|/")
_PRESENCE_KEYWORDS: Final = frozenset({"exists", "missing", "null"})
_CATEGORIES_THAT_NEED_QUOTES: Final = frozenset({"Cc", "Cs", "Zs", "Zl", "Zp"})
_SHORT_ESCAPES: Final = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "/": "\\/"}
_ASCENDING: Final = ("", ":asc", ":ASC", ": asc", ":", ":up", ":Desc")
_DESCENDING: Final = (":desc", ":DESC", ": desc", " :desc ")
_BLANKS: Final = mostly(st.just(""), st.sampled_from((" ", "  ", "\t", "\r\n")), 3)
_BLANK: Final = mostly(st.just(" "), st.sampled_from(("  ", "\t", "\n ", "\r\n")), 4)
_RARELY: Final = st.integers(1, 8).map((8).__eq__)
_EVEN: Final = st.booleans()


def query_texts(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[str]:
    """Valid texts of ``q`` as people write them: bare and quoted, with blanks, escapes and extra parentheses.

    Args:
        schema: The fields and operators that a query may use. None: any.
        vocabulary: The keys, texts and numbers.

    Returns:
        A strategy for texts.

    Example:
        >>> @given(query_texts())
        ... def test_every_text_is_parsed(text):
        ...     assert parse(str(parse(text))) == parse(text)
        >>> test_every_text_is_parsed()

    """
    return queries(schema, vocabulary=vocabulary).flatmap(spellings)


def sort_texts(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[str]:
    """Valid texts of ``sort`` as people write them.

    Args:
        schema: The fields that may be sorted by. None: any.
        vocabulary: The keys of the paths.

    Returns:
        A strategy for texts.

    Example:
        >>> @given(sort_texts())
        ... def test_every_text_is_parsed(text):
        ...     assert parse_sort(str(parse_sort(text))) == parse_sort(text)
        >>> test_every_text_is_parsed()

    """
    return sorts(schema, vocabulary=vocabulary).flatmap(spellings)


def fields_texts(schema: Schema | None = None, *, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[str]:
    """Valid texts of ``fields`` as people write them.

    Args:
        schema: The fields that may be returned. None: any.
        vocabulary: The keys of the paths.

    Returns:
        A strategy for texts.

    Example:
        >>> @given(fields_texts())
        ... def test_every_text_is_parsed(text):
        ...     assert parse_fields(str(parse_fields(text))) == parse_fields(text)
        >>> test_every_text_is_parsed()

    """
    return fields(schema, vocabulary=vocabulary).flatmap(spellings)


@st.composite
def spellings(draw: DrawFn, tree: Query | Sort | Fields) -> str:  # noqa: D417  # callers do not give draw
    """Texts that are parsed to the same tree.

    Args:
        tree: A query, a sort or fields.

    Returns:
        A strategy for texts.

    Example:
        >>> query = parse('name:("John","Jack")')
        >>> @given(spellings(query))
        ... def test_a_spelling_is_parsed_to_the_query(text):
        ...     assert parse(text) == query
        >>> test_a_spelling_is_parsed_to_the_query()

    """
    match tree:
        case Query(root=root):
            return draw(_BLANKS) if root is None else _padded(draw, _or_expression(draw, root))
        case Sort(keys=keys):
            return _listed(draw, [_sort_key(draw, key) for key in keys])
        case Fields():
            return _listed(draw, _with_redundant_path(draw, tree))
        case _:
            assert_never(tree)


# ── blanks, quotes and names ──────────────────────────────────────────────────────────────────────────────────────────


def _padded(draw: DrawFn, inner: str) -> str:
    return f"{draw(_BLANKS)}{inner}{draw(_BLANKS)}"


def _enclosed(draw: DrawFn, inner: str) -> str:
    return f"({_padded(draw, inner)})"


def _spaced(draw: DrawFn, word: str, following: str) -> str:
    """A keyword, and a blank before what follows unless that is a parenthesis."""
    return f"{word}{draw(_BLANKS if following.startswith('(') else _BLANK)}{following}"


def _quoted(draw: DrawFn, text: str) -> str:
    """The text as a JSON string: unescaped where it can be, or escaped in several ways."""
    escapes = draw(st.sampled_from(("raw", "raw", "raw", "ascii", "hexadecimal", "short")))
    if escapes == "ascii":
        return json.dumps(text)
    if escapes == "hexadecimal":
        return f'"{"".join(map(_escaped, text))}"'
    if escapes == "short":
        return f'"{"".join(_SHORT_ESCAPES.get(char) or json.dumps(char, ensure_ascii=False)[1:-1] for char in text)}"'
    return json.dumps(text, ensure_ascii=False)


def _escaped(character: str) -> str:
    code_units = memoryview(character.encode("utf-16-be"))
    return "".join(f"\\u{code_units[start : start + 2].hex().upper()}" for start in range(0, len(code_units), 2))


def _is_word(text: str) -> bool:
    """Whether the text needs no quotes and is one word."""
    if not text or text in _KEYWORDS or text[0] in "~<>=!":
        return False
    return not any(char in '"(),' or unicodedata.category(char) in _CATEGORIES_THAT_NEED_QUOTES for char in text)


def _unquoted(draw: DrawFn, text: str, inside: bool) -> str | None:
    """The text without quotes; ``inside`` the parentheses of a clause it may have several words."""
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


# ── clauses under AND, OR and NOT ─────────────────────────────────────────────────────────────────────────────────────


def _or_expression(draw: DrawFn, node: Node) -> str:
    """A node where OR is possible."""
    if not isinstance(node, Or) or not node.items:
        return _and_expression(draw, node)
    first, *rest = _regrouped(draw, node)
    text = _and_expression(draw, first)
    for item in rest:
        text += draw(_BLANK) + _spaced(draw, "OR", _and_expression(draw, item))
    return text


def _and_expression(draw: DrawFn, node: Node) -> str:
    """A node where AND is possible."""
    if not isinstance(node, And):
        return _not_expression(draw, node)[0]
    first, *rest = _regrouped(draw, node)
    text, ends_with_group = _not_expression(draw, first)
    for item in rest:
        following, following_ends_with_group = _not_expression(draw, item)
        # Next to the parenthesis of a group, but not of a clause, blanks are optional.
        text += draw(_BLANKS if ends_with_group else _BLANK)
        text += _spaced(draw, "AND", following) if draw(_EVEN) else following
        ends_with_group = following_ends_with_group
    return text


def _not_expression(draw: DrawFn, node: Node) -> tuple[str, bool]:
    """A clause, a node under NOT, or one in parentheses; and whether the text ends with the parenthesis of a group."""
    match node:
        case Not(item=item):
            inner, ends_with_group = _not_expression(draw, item)
            return _spaced(draw, "NOT", inner), ends_with_group
        case Clause(path=path, test=test):
            if isinstance(test, (ElemMatch, HasSize, IsEmpty)):
                return f"{_path(draw, path, in_clause=True)}:{_whole_test(draw, test)}", False
            if not draw(_RARELY):
                return f"{_path(draw, path, in_clause=True)}:{_test(draw, test)}", False
        case And() | Or():
            pass
        case _:
            assert_never(node)
    group = _enclosed(draw, "" if node == Or(()) else _or_expression(draw, node))
    return ("compoundLogicalQuery:" + draw(_BLANKS) if draw(_RARELY) else "") + group, True


def _regrouped(draw: DrawFn, node: And[Node] | Or[Node]) -> tuple[Node, ...]:
    """The items, the first few of them sometimes in parentheses of their own, which means the same."""
    if len(node.items) == 2 or not draw(_RARELY):
        return node.items
    count = draw(st.integers(2, len(node.items) - 1))
    return (type(node)(node.items[:count]), *node.items[count:])


# ── the tests of a clause ─────────────────────────────────────────────────────────────────────────────────────────────


def _test(draw: DrawFn, test: Test) -> str:
    if test == Or(()):
        return _enclosed(draw, "")
    items = test.items if isinstance(test, Or) else (test,)
    contains = [item for item in items if isinstance(item, Contains)]
    if len(contains) == len(items) and draw(_EVEN):
        return f"~{draw(_BLANKS)}{_enclosed(draw, _list(draw, [_anchored(draw, item, True) for item in contains]))}"
    if isinstance(test, (And, Or, Not)) or draw(_RARELY):
        return _enclosed(draw, _or_group(draw, test))
    return _single_test(draw, test, inside=False)


def _whole_test(draw: DrawFn, test: WholeTest) -> str:
    match test:
        case ElemMatch(node=node):
            return f"elemMatch({_padded(draw, _or_expression(draw, node))})"
        case HasSize(test=of_size):
            return f"size({_padded(draw, _or_group(draw, of_size))})"
        case IsEmpty():
            return f"empty({draw(_BLANKS)})"
        case _:
            assert_never(test)


def _list(draw: DrawFn, members: list[str]) -> str:
    text = members[0]
    for member in members[1:]:
        text += draw(_BLANK) + _spaced(draw, "OR", member) if draw(_RARELY) else _padded(draw, ",") + member
    return text


def _or_group(draw: DrawFn, test: Test) -> str:
    items = test.items if isinstance(test, Or) and test.items else (test,)
    return _list(draw, [_and_group(draw, item) for item in items])


def _and_group(draw: DrawFn, test: Test) -> str:
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
        return _enclosed(draw, _or_group(draw, test))
    return _single_test(draw, test, inside=True)


def _single_test(draw: DrawFn, test: Equals | Compare | Contains | Exists | Missing | Null, inside: bool) -> str:
    """A test without parentheses of its own; ``inside`` those of a clause, several words need no quotes."""
    match test:
        case Equals(literal=literal):
            is_keyword = literal.text.split(" ")[0] in _PRESENCE_KEYWORDS
            return _quoted(draw, literal.text) if is_keyword else _literal(draw, literal, inside)
        case Compare(comparator=comparator, literal=literal):
            is_keyword = literal.text in _PRESENCE_KEYWORDS
            spelled = _quoted(draw, literal.text) if is_keyword else _literal(draw, literal, inside)
            return f"{comparator}{draw(_BLANKS)}{spelled}"
        case Contains():
            return f"~{draw(_BLANKS)}{_anchored(draw, test, inside)}"
        case Exists():
            return "exists"
        case Missing():
            return "missing"
        case Null():
            return "null"
        case _:
            assert_never(test)


def _literal(draw: DrawFn, literal: LiteralValue, inside: bool) -> str:
    if literal.bare:
        return literal.text
    # Without quotes, a number or a boolean would be read as such too.
    needs_quotes = LiteralValue(literal.text, bare=True).bare
    unquoted = None if needs_quotes or draw(_EVEN) else _unquoted(draw, literal.text, inside)
    return unquoted or _quoted(draw, literal.text)


def _anchored(draw: DrawFn, test: Contains, inside: bool) -> str:
    """The text of a ``~`` with its anchors."""
    before, after = "^" * test.starts, "$" * test.ends
    is_keyword = not before and not after and test.text in _PRESENCE_KEYWORDS
    unquoted = None
    if not is_keyword and not draw(_EVEN):
        unquoted = _unquoted(draw, f"{before}{_with_backslashes(draw, test)}{after}", inside)
    return unquoted or f"{before}{_quoted(draw, test.text)}{after}"


def _with_backslashes(draw: DrawFn, test: Contains) -> str:
    """The text with a backslash before each backslash, before what would be read as an anchor, and where it may be."""
    last = len(test.text) - 1
    parts = []
    for position, character in enumerate(test.text):
        is_anchor = (position == 0 and character == "^" and not test.starts) or (
            position == last and character == "$" and not test.ends
        )
        needed = is_anchor or character == "\\"
        parts.append("\\" * (needed or (character in _ESCAPED and draw(_EVEN))) + character)
    return "".join(parts)


# ── sort and fields ───────────────────────────────────────────────────────────────────────────────────────────────────


def _listed(draw: DrawFn, parts: list[str]) -> str:
    return ",".join(_padded(draw, part) for part in parts) or draw(_BLANKS)


def _sort_key(draw: DrawFn, key: SortKey) -> str:
    return _path(draw, key.path) + draw(st.sampled_from(_DESCENDING if key.descending else _ASCENDING))


def _with_redundant_path(draw: DrawFn, tree: Fields) -> list[str]:
    """The paths, sometimes with one more that adds nothing."""
    paths = [*tree.paths]
    if draw(_RARELY) and paths:
        paths.append(paths[0])
    return [_path(draw, path) for path in paths]
