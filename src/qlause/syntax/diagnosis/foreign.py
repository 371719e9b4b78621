"""Hints for what people write who know another query language, or whose program encoded a text twice.

Each function looks at the place of an error and returns the hint, or None where the slip is another one. A hint
proposes only what the text can mean, with all of the user's own values or with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ...errors import QuerySyntaxError, shorten
from ..nodes import Equals, Test
from ..paths import Span
from .context import OTHER_QUOTES, PRESENCE, ErrorContext, hint_name, hint_value

__all__ = [
    "INDEX",
    "clauses_of_one_element",
    "encoded_twice",
    "foreign_clause",
    "foreign_list",
    "foreign_range",
    "is_lost_plus_of_address",
    "list_after_in",
    "missing_blank",
    "negated_word",
    "not_a_size",
    "objects_at",
    "open_backslash",
    "parameter_prefix",
    "presence_words",
    "quoted_clauses",
    "size_after_blank",
    "size_hint",
    "without_digits",
]

_QUOTED: Final = r'"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"'
_VALUE: Final = "(?:" + _QUOTED + r'|[^ \t\r\n"(),\[\]{}]+)'
_LIST: Final = re.compile(r"[ \t]*\([ \t]*(" + _VALUE + r"(?:[ \t]*,[ \t]*" + _VALUE + r")*)[ \t]*\)")
_MEMBER: Final = re.compile(_VALUE)
_RANGE: Final = re.compile(r"([\[{])[ \t]*(" + _VALUE + r")[ \t]+TO[ \t]+(" + _VALUE + r")[ \t]*([\]}])")
_IN: Final = re.compile(r"(not[ \t]+)?(n?in)(?![^ \t\r\n(])", re.IGNORECASE)
_PRESENCE_WORDS: Final = re.compile(r"(?:is[ \t]+)?(not[ \t]+)?(null|exists|missing)(?![^ \t\r\n)])", re.IGNORECASE)
_NOT_WORD: Final = re.compile(r"not[ \t]+(" + _VALUE + r")(?![^ \t\r\n)])(?![ \t]+[^ \t\r\n\"(),:]+(?![^ \t\r\n)]))")
_PREFIX: Final = re.compile(r"[?&]?(?:q|sort|fields)=(?=[^=])")
_TWICE: Final = re.compile(r"\+|%(?:20|2[bB]|22)")
_BACKSLASH_BEFORE_END: Final = re.compile(r'"([^"\x00-\x1f\ud800-\udfff]*\\)"(?=[ \t\r\n),]|\Z)')
_BACKSLASH: Final = re.compile(r"\\\\|\\")
_ADDRESS: Final = re.compile(r"[\w.-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED: Final = r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*"
_CLAUSE: Final = re.compile(_NAMED + r":(?!//)(?=[^ \t\r\n:])")
_WORD: Final = r"(?!(?:AND|OR|NOT|null|exists|missing)(?![^ \t\r\n(),\"]))[^\s\"(),~<>=!][^\s\"(),]*"
_TEST: Final = "(?:exists|missing|null|(?:[<>]=?|~)?(?:" + _QUOTED + "|" + _WORD + "))(?![^ )])"
_ONE: Final = "(?:NOT +)?" + _NAMED + ":" + _TEST
_CLAUSES: Final = re.compile(" *(" + _ONE + "(?: +(?:(?:AND|OR) +)?" + _ONE + r")*) *\)")
_NAME: Final = re.compile(_NAMED)
INDEX: Final = re.compile(r"\[[0-9]*\]")
_SIZES: Final = frozenset({"size", "length", "len", "count", "cardinality"})
_EMPTY: Final = frozenset({"empty", "isempty", "is_empty"})
_FEW: Final = 8
_LONGEST: Final = 40


def _own(value: str) -> str | None:
    """A value of the user as a hint shows it, whole; None if it cannot be shown whole, or cannot be a value."""
    if value[0] in OTHER_QUOTES and value[-1] in OTHER_QUOTES and len(value) > 2:
        value = f'"{value[1:-1]}"'.replace("\\", "\\\\")
    if len(value) > _LONGEST or (value[0] != '"' and (value in PRESENCE or value.endswith("\\"))):
        return None
    return hint_value(value, "") or None


def foreign_list(context: ErrorContext, at: int, name: str | None = None) -> str | None:
    """The hint for ``in`` or ``not in`` at an offset, with a list in parentheses behind it."""
    word = _IN.match(context.text, at)
    if word is None:
        return None
    listed = _LIST.match(context.text, word.end())
    members = [_own(member) for member in _MEMBER.findall(listed[1])] if listed else [None]
    shown = ",".join(map(str, members)) if None not in members and len(members) <= _FEW else "x,y"
    negated = "NOT " * (bool(word[1]) != (word[2].lower() == "nin"))
    return f"write {negated}{name or context.field}:({shown})"


def foreign_range(context: ErrorContext, at: int) -> str | None:
    """The hint for ``[5 TO 10]`` at an offset."""
    found = _RANGE.match(context.text, at)
    if found is None:
        return None
    opening, low, high, closing = found.groups()
    limits = []
    for sign, end, value in ((">", opening, low), ("<", closing, high)):
        if value != "*":
            shown = _own(value)
            if shown is None:
                return f"write {context.field}:(>=x AND <=y)"
            limits.append(f"{sign}{'=' * (end in '[]')}{shown}")
    if not limits:
        return f"write {context.field}:exists"
    return (
        f"write {context.field}:({' AND '.join(limits)})" if len(limits) > 1 else f"write {context.field}:{limits[0]}"
    )


def presence_words(context: ErrorContext, at: int, name: str | None = None) -> str | None:
    """The hint for ``is null``, ``not null``, ``is not missing`` and the like at an offset."""
    found = _PRESENCE_WORDS.match(context.text, at)
    if found is None:
        return None
    return f"write {'NOT ' * bool(found[1])}{name or context.field}:{found[2].lower()}"


def negated_word(context: ErrorContext, at: int) -> str | None:
    """What ``not x`` at an offset means, beside the text of these words."""
    found = _NOT_WORD.match(context.text, at)
    shown = _own(found[1]) if found else None
    return f"write NOT {context.field}:{shown}" if shown else None


def missing_blank(context: ErrorContext) -> QuerySyntaxError:
    """Two clauses without a space between them."""
    hint = encoded_twice(context)
    if (
        hint is None
        and context.last == "BARE"
        and context.character == "("
        and not context.operator(context.last_start)
    ):
        word = context.last_text.lower().strip("$:")
        hint = foreign_list(context, context.last_start)
        if word == "elemmatch":
            hint = objects_at(context, context.field, context.at)
        elif word in _SIZES:
            hint = size_hint(context)
        elif word in _EMPTY:
            hint = f"write {context.field}:empty()"
    hint = hint or "put a space, AND or OR between them"
    return context.error("missing_blank", "a space is missing between two clauses", hint)


def parameter_prefix(context: ErrorContext) -> str | None:
    """The hint for ``q=`` and the like at the start of the text: the parameter's name given as part of its value."""
    found = _PREFIX.match(context.text)
    if found is None or context.at >= found.end():
        return None
    return f"leave out {found.group()}: it is the name of the parameter, and no part of its value"


def encoded_twice(context: ErrorContext) -> str | None:
    """The hint for a ``+`` or ``%20`` right behind a quote or a parenthesis, where a space should be."""
    if context.last == "BARE" or not context.at or context.at != context.last_end:
        return None
    if _TWICE.match(context.text, context.at) is None:
        return None
    return "the text was encoded twice: encode it once, so that its spaces arrive as spaces"


def open_backslash(context: ErrorContext) -> str | None:
    r"""The hint for a quoted text that ends with a backslash, which makes its quote a part of it: ``"C:\"``."""
    found = _BACKSLASH_BEFORE_END.match(context.text, context.at)
    if found is None:
        return None
    doubled = _BACKSLASH.sub(r"\\\\", found[1])
    shown = f'"{doubled}"' if len(doubled) <= _LONGEST and doubled.isprintable() else r'"C:\\"'
    return rf"write \\ for a backslash, as in {shown}, or add a closing quote"


def is_lost_plus_of_address(context: ErrorContext) -> bool:
    """Whether this is the second half of an e-mail address whose ``+`` became a space."""
    found = _ADDRESS.match(context.text, context.at)
    return (
        found is not None
        and context.last == "BARE"
        and "@" not in context.last_text
        and context.text[context.last_end : context.at] == " "
        and context.text[found.end() : found.end() + 1] in ("", " ", ")")
    )


def size_after_blank(context: ErrorContext) -> str | None:
    """The hint for ``tags:size (3)``, where the number is taken for a clause of a group."""
    start = context.field_span[1]
    word = context.text[start : context.last_start].rstrip(" \t") if context.last == "LPAR" else ""
    return size_hint(context) if word.lower() in _SIZES else None


def list_after_in(context: ErrorContext) -> str | None:
    """The hint for ``id:in (a,b)``, where the list is taken for a group of clauses."""
    start = context.field_span[1]
    between = context.text[start : context.last_start].rstrip(" \t") if context.last == "LPAR" else ""
    return foreign_list(context, start) if _IN.fullmatch(between) else None


def objects_at(context: ErrorContext, field: str, opening: int) -> str:
    """The hint for clauses about one object, which are in the parentheses that open at an offset."""
    found = _CLAUSES.match(context.text, opening + 1)
    shown = found[1] if found and len(found[1]) <= 2 * _LONGEST and found[1].isprintable() else "a:x b:y"
    return f"write {field}:elemMatch({shown})"


def clauses_of_one_element(context: ErrorContext, field: str, tests: Iterable[Test], span: Span) -> None:
    """Refuse clauses inside the parentheses of a field: no value equals two different texts."""
    texts = {
        test.literal.text
        for test in tests
        if isinstance(test, Equals) and test.span and context.text[test.span[0]] != '"' and ":" in test.literal.text
    }
    if sum(_CLAUSE.match(text) is not None for text in texts) > 1:
        message = "there are clauses inside the parentheses of a field, where each would be a text"
        hint = objects_at(context, field, context.text.index("(", span[0]))
        raise context.error("clause_as_value", message, hint, at=span[0], length=span[1] - span[0])


def not_a_size(context: ErrorContext, test: Test) -> QuerySyntaxError:
    """A test inside ``size(…)`` that does not compare a number of elements."""
    start, end = test.span or context.last_token[1:]
    message = f'size compares whole numbers from 0, and "{shorten(context.text[start:end])}" is not one'
    return context.error("no_size", message, size_hint(context), at=start, length=end - start)


def size_hint(context: ErrorContext) -> str:
    """How a number of elements is asked for."""
    return f"write {context.field}:size(3), or {context.field}:size(>=2)"


def foreign_clause(context: ErrorContext, word: str) -> QuerySyntaxError | None:
    """What other languages write where a clause should start, and a text that was encoded twice."""
    hint = encoded_twice(context)
    if hint is not None:
        return context.error("missing_blank", "a space is missing between two clauses", hint)
    if word == "not" and context.last == "BARE" and context.last_text.lower() == "is":
        hint = presence_words(context, context.last_start)
        if hint is not None:
            return context.error("keyword_case", f"'{word}' is not a keyword", hint, length=len(word))
    hint = list_after_in(context) or size_after_blank(context)
    if hint is not None:
        return context.error("missing_colon", f'"{shorten(word)}" has no field', hint, length=len(word))
    if word.lower().endswith(".elemmatch") and context.text[context.at + len(word)] == "(":
        hint = objects_at(context, hint_name(word[: -len(".elemMatch")]), context.at + len(word))
        return context.error("missing_colon", "elemMatch follows a field and a colon", hint, length=len(word))
    return None


def quoted_clauses(context: ErrorContext) -> str | None:
    """The hint where a name, a colon and a quoted text stand inside the parentheses of a field."""
    opened = context.open_parentheses
    field_end = context.field_span[1]
    if not (context.character == '"' and context.at == context.last_end and context.last_text.endswith(":") and opened):
        return None
    if opened[-1] != field_end or not _NAME.fullmatch(context.last_text[:-1].rpartition(" ")[2]):
        return None
    return objects_at(context, context.field, opened[-1])


def without_digits(segments: list[str]) -> str:
    """A path without its segments of digits and without indexes in brackets; empty if nothing is left."""
    names = [segment if segment[0] == '"' else INDEX.sub("", segment) for segment in segments]
    return ".".join(hint_name(name) for name in names if name and not name.strip('"').isdecimal())
