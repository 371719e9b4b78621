"""One place in a text where the parser could not go on, and what can be said of any such place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from ...errors import QuerySyntaxError, shorten
from ..lexical import is_name

if TYPE_CHECKING:
    from ..actions import Builder

__all__ = ["BLANKS", "Case", "forbidden", "missing_blank", "shown", "shown_name", "shown_test", "shown_value"]

_IN_WORDS: Final = {
    "FIELD": 'a field with ":"',
    "PATH": "a field name",
    "QUOTED": "quoted text",
    "BARE": "a word",
    "PHRASE": "text",
    "PRESENCE": "exists, missing or null",
    "TILDE": '"~"',
    "COMPARE": '">", ">=", "<" or "<="',
    "LPAR": '"("',
    "RPAR": '")"',
    "COMMA": '","',
    "AND": "AND",
    "OR": "OR",
    "NOT": "NOT",
    "DIRECTION": '":desc" or ":asc"',
    "$END": "the end",
}
BLANKS: Final = re.compile(r"[ \t\r\n]*")
_WORD: Final = re.compile(r'[^ \t\r\n"(),]+')
_VALUE: Final = re.compile(
    r'[ \t\r\n]*("(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|[^ \t\r\n"(),]+)'
)
_COMPARE: Final = re.compile(">=|<=|[<>~]")
_SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^."]+')
_CLAUSE: Final = re.compile(
    r'([^ \t\r\n"(),:]+:)([^ \t\r\n"(),]+|"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")?'
)


class Case:
    """One place in a text where the parser could not go on."""

    def __init__(self, text: str, at: int, expected: Collection[str], builder: Builder) -> None:
        self.text = text
        self.at = at
        self.expected = expected
        self.builder = builder
        self.last, (self.last_start, self.last_end) = builder.last

    @property
    def character(self) -> str:
        """What stands at the place, nothing at the end of the text."""
        return self.text[self.at : self.at + 1]

    @property
    def field(self) -> str:
        """The name of the last field, for a hint."""
        start, end = self.builder.field
        return shown_name(self.text[start : max(start, end - 1)])

    @property
    def compound(self) -> bool:
        """Whether the last field is the word for a group of clauses, and no field."""
        start, end = self.builder.field
        return self.text[start:end] == "compoundLogicalQuery:"

    @property
    def last_text(self) -> str:
        """The last token."""
        return self.text[self.last_start : self.last_end]

    @property
    def glued(self) -> bool:
        """Whether this stands directly behind a value, without a blank."""
        return self.at > 0 and self.at == self.last_end and self.last in ("QUOTED", "ANCHORED", "BARE", "RPAR")

    @property
    def value_wanted(self) -> bool:
        """Whether a value could stand here."""
        return "QUOTED" in self.expected

    @property
    def inside(self) -> bool:
        """Whether this is inside the parentheses of a field, where a value could stand."""
        return "PHRASE" in self.expected

    def operator(self, end: int) -> str:
        """What stands from the last field's colon up to this end: outside parentheses, the operator."""
        return self.text[self.builder.field[1] : end].strip(" \t\r\n")

    def word(self, limit: int | None = 40) -> str:
        """The word that starts here: shortened for a message, or as it is where ``limit`` is None."""
        match = _WORD.match(self.text, self.at)
        if match is None:
            return ""
        return match.group() if limit is None else shorten(match.group(), limit)

    def words(self) -> tuple[str, ...]:
        """What could stand here."""
        return tuple(words for kind, words in _IN_WORDS.items() if kind in self.expected)

    def value_at(self, at: int) -> str:
        """The word or the quoted text at a place, blanks before it passed over; empty where there is none."""
        match = _VALUE.match(self.text, at)
        return match[1] if match else ""

    def clause_at(self, at: int) -> str:
        """The clause at a place, for a hint; its value as x where it is long or in parentheses."""
        match = _CLAUSE.match(self.text, at)
        if match is None:
            return f"{shown_name(self.word(None)[at - self.at :].partition(':')[0])}:x"
        return shown_name(match[1][:-1]) + ":" + (shown_test(match[2] or "") if len(match[2] or "") <= 40 else "x")

    def error(
        self, code: str, message: str, hint: str | None = None, *, at: int | None = None, length: int = 1
    ) -> QuerySyntaxError:
        """The error for this place or another."""
        offset = self.at if at is None else at
        length = max(0, min(length, len(self.text) - offset))
        return QuerySyntaxError(message, code=code, text=self.text, offset=offset, length=length, hint=hint)


def shown(value: str) -> str:
    """A word or a quoted text, fit for a hint: what is long is cut so that the quotes stay."""
    if len(value) > 40 and value[0] == '"':
        return '"…"'
    return shorten(value)


def shown_value(value: str, otherwise: str = "x") -> str:
    """A word or a quoted text as a hint can propose it for a value; another one where it cannot be a value."""
    possible = value.isprintable() and value[:1] not in tuple("~<>=!") and value not in ("AND", "OR", "NOT")
    return shown(value) if value and possible else otherwise


def shown_test(text: str, otherwise: str = "x") -> str:
    """A word or a quoted text with its operator, as a hint can propose it behind a colon."""
    operator = _COMPARE.match(text)
    start = operator.group() if operator else ""
    value = shown_value(text[len(start) :], "")
    return start + value if value and not (start == "~" and not value.strip('^$"')) else otherwise


def shown_name(text: str) -> str:
    """A field name, or a word taken for one, as a hint can propose it: with quotes where it needs them."""
    parts = []
    for part in _SEGMENT.findall(text):
        quoted = part[0] == '"' or (is_name(part) and part != "compoundLogicalQuery")
        parts.append(shown(part) if quoted else shown(f'"{part}"'.replace("\\", "\\\\")))
    possible = text.isprintable() and all(part.strip('"') and not part.strip('"').isdecimal() for part in parts)
    return ".".join(parts) if parts and possible else "field"


def missing_blank(case: Case) -> QuerySyntaxError:
    """Two clauses stand together without a blank."""
    return case.error("missing_blank", "a blank is missing between two clauses", "put a blank, AND or OR between them")


def forbidden(case: Case, at: int) -> QuerySyntaxError | None:
    """A character that must be escaped or quoted: a control character, a Unicode space, half a surrogate pair."""
    character = case.text[at]
    category = unicodedata.category(character)
    name = f"U+{ord(character):04X}"
    if category == "Cs":
        return case.error(
            "surrogate", f"half a surrogate pair ({name}) is no character", "send the text as valid UTF-8", at=at
        )
    if category == "Cc":
        hint = f"write it as \\u{ord(character):04x} inside quotes"
        return case.error("control_character", f"the control character {name} cannot stand here", hint, at=at)
    if category[0] == "Z":
        hint = "use an ordinary blank between clauses, and quotes around a text that holds this one"
        return case.error("control_character", f"{name} is not a blank of this language", hint, at=at)
    return None
