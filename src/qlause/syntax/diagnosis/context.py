"""Where the parser stopped, what it had read, and the parts of messages and hints that every diagnosis uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from ...errors import QuerySyntaxError, shorten
from ..lexical import PARENTHESES, is_name
from ..paths import Span

__all__ = [
    "OTHER_QUOTES",
    "PRESENCE",
    "SEGMENT",
    "WHITESPACE",
    "ErrorContext",
    "after_keyword",
    "forbidden",
    "hint_name",
    "hint_test",
    "hint_text",
    "hint_value",
    "presence_as_value",
    "unexpected_text",
    "wrong_quote",
]

_IN_WORDS: Final = {
    "FIELD": "a field name with ':'",
    "PATH": "a field name",
    "QUOTED": "quoted text",
    "BARE": "a word",
    "PHRASE": "text",
    "PRESENCE": "exists, missing or null",
    "TILDE": "'~'",
    "COMPARE": "'>', '>=', '<' or '<='",
    "LPAR": "'('",
    "RPAR": "')'",
    "COMMA": "','",
    "AND": "AND",
    "OR": "OR",
    "NOT": "NOT",
    "DIRECTION": "':desc' or ':asc'",
    "$END": "the end of the text",
}
PRESENCE: Final = frozenset({"exists", "missing", "null"})
OTHER_QUOTES: Final = "'`´‘’‚“”„«»‹›"
"""Quotation marks that are not the double quote of the language."""
WHITESPACE: Final = re.compile(r"[ \t\r\n]*")
_WORD: Final = re.compile(r'[^ \t\r\n"(),]+')
_VALUE: Final = re.compile(
    r'[ \t\r\n]*("(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|[^ \t\r\n"(),]+)'
)
_COMPARE: Final = re.compile(">=|<=|[<>~]")
SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^."]+')
_CLAUSE: Final = re.compile(
    r'([^ \t\r\n"(),:]+:)([^ \t\r\n"(),]+|"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")?'
)


class ErrorContext:
    """The place where a text cannot be read on, and what the parser read before it.

    ``start`` is the start rule. ``pending`` are the tokens that are not yet part of a complete rule, ``last_token`` is
    the last one that was read, and ``complete_field`` the field name of the last complete clause.
    """

    def __init__(
        self,
        text: str,
        start: str,
        at: int,
        expected: Collection[str],
        last_token: tuple[str, int, int],
        pending: list[tuple[str, int, int]],
        complete_field: tuple[str, int, int],
    ) -> None:
        self.text = text
        self.start = start
        self.at = at
        self.expected = expected
        """The terminals that the parser accepts at this place."""
        self.last_token = last_token
        self.last, self.last_start, self.last_end = last_token
        self._pending = pending
        self._complete_field = complete_field

    def moved(self, at: int) -> ErrorContext:
        """The same state of the parser, for an error at another offset."""
        return ErrorContext(
            self.text, self.start, at, self.expected, self.last_token, self._pending, self._complete_field
        )

    @property
    def character(self) -> str:
        """The character at this place, or nothing at the end of the text."""
        return self.text[self.at : self.at + 1]

    @property
    def field_span(self) -> Span:
        """The last field name with its colon: of the clause that is being read, or of the one before."""
        fields = (token for token in reversed(self._pending) if token[0] == "FIELD")
        return next(fields, self._complete_field)[1:]

    @property
    def field(self) -> str:
        """The name of the last field, for a hint."""
        start, end = self.field_span
        return hint_name(self.text[start : max(start, end - 1)])

    @property
    def open_parentheses(self) -> list[int]:
        """The offsets of the parentheses that are not closed yet."""
        opened: list[tuple[str, int, int]] = []
        for token in self._pending:
            if token[0] == "NOT" or token[0] in PARENTHESES:
                opened.append(token)
            elif token[0] == "RPAR":
                opened.pop()
        return [end - 1 for kind, _, end in opened if kind != "NOT"]

    @property
    def compound(self) -> bool:
        """Whether the last field is the keyword for a group of clauses, not a field."""
        start, end = self.field_span
        return self.text[start:end] == "compoundLogicalQuery:"

    @property
    def last_text(self) -> str:
        """The last token."""
        return self.text[self.last_start : self.last_end]

    @property
    def glued(self) -> bool:
        """Whether this place follows a value directly, without a space."""
        return self.at > 0 and self.at == self.last_end and self.last in ("QUOTED", "ANCHORED", "BARE", "RPAR", "EMPTY")

    @property
    def value_wanted(self) -> bool:
        """Whether the parser accepts a value here."""
        return "QUOTED" in self.expected

    @property
    def inside(self) -> bool:
        """Whether this is inside the parentheses of a field, where the parser accepts a value."""
        return "PHRASE" in self.expected

    def operator(self, end: int) -> str:
        """The text from the last field's colon to ``end``: outside parentheses, the operator."""
        return self.text[self.field_span[1] : end].strip(" \t\r\n")

    def word(self, limit: int | None = 40) -> str:
        """The word that starts here, shortened for a message; in full if ``limit`` is None."""
        match = _WORD.match(self.text, self.at)
        if match is None:
            return ""
        return match.group() if limit is None else shorten(match.group(), limit)

    def expected_words(self) -> tuple[str, ...]:
        """What the parser accepts here, in words."""
        return tuple(words for kind, words in _IN_WORDS.items() if kind in self.expected)

    def value_at(self, at: int) -> str:
        """The word or quoted text at an offset, after any whitespace; empty if there is none."""
        match = _VALUE.match(self.text, at)
        return match[1] if match else ""

    def clause_at(self, at: int) -> str:
        """The clause at an offset, for a hint; with x for a value that is long or in parentheses."""
        match = _CLAUSE.match(self.text, at)
        if match is None:
            return f"{hint_name(self.word(None)[at - self.at :].partition(':')[0])}:x"
        name, test = match[1][:-1], match[2] or ""
        return f"{hint_name(name)}:{hint_test(test) if len(test) <= 40 else 'x'}"

    def error(
        self, code: str, message: str, hint: str | None = None, *, at: int | None = None, length: int = 1
    ) -> QuerySyntaxError:
        """The error for this place or for another offset."""
        offset = self.at if at is None else at
        length = max(0, min(length, len(self.text) - offset))
        return QuerySyntaxError(message, code=code, text=self.text, offset=offset, length=length, hint=hint)


def after_keyword(context: ErrorContext, missing: str) -> str | None:
    """The hint where a clause or a value is missing after AND, OR or NOT; None after anything else."""
    keyword = context.last
    return f"write a {missing} after {keyword}, or remove {keyword}" if keyword in ("AND", "OR", "NOT") else None


def hint_text(value: str) -> str:
    """A word or quoted text for a hint. Long text is cut so that the quotes stay."""
    if len(value) > 40 and value[0] == '"':
        return '"…"'
    return shorten(value)


def hint_value(value: str, otherwise: str = "x") -> str:
    """A word or quoted text as a value in a hint, or ``otherwise`` if it cannot be a value."""
    possible = value.isprintable() and value[:1] not in tuple("~<>=!") and value not in ("AND", "OR", "NOT")
    return hint_text(value) if value and possible else otherwise


def hint_test(text: str, otherwise: str = "x") -> str:
    """A word or quoted text with its operator as a test in a hint, or ``otherwise`` if it cannot be one."""
    match = _COMPARE.match(text)
    operator = match.group() if match else ""
    value = hint_value(text[len(operator) :], "")
    impossible = (operator == "~" and not value.strip('^$"')) or (operator and value in PRESENCE)
    return operator + value if value and not impossible else otherwise


def hint_name(text: str) -> str:
    """A field name, or a word taken for one, for a hint: quoted where it must be, ``field`` if it cannot be a name."""
    parts = []
    for part in SEGMENT.findall(text):
        valid = part[0] == '"' or (is_name(part) and part != "compoundLogicalQuery")
        parts.append(hint_text(part) if valid else hint_text(f'"{part}"'.replace("\\", "\\\\")))
    possible = text.isprintable() and all(part.strip('"') and not part.strip('"').isdecimal() for part in parts)
    return ".".join(parts) if parts and possible else "field"


def unexpected_text(context: ErrorContext, hint: str | None = None) -> QuerySyntaxError:
    """The error without a diagnosis of its own: the word or the character that is not accepted here."""
    word = context.word(None)
    shown = f'"{shorten(word)}"' if word else f"'{shorten(context.character)}'"
    return context.error("syntax", f"unexpected {shown}", hint, length=len(word) or 1)


def presence_as_value(context: ErrorContext, word: str, sign: str) -> QuerySyntaxError:
    """A keyword behind an operator, where it could only be the text of the same letters."""
    hint = f'write {context.field}:{word}; if you mean the word itself, put it in quotes: {sign}"{word}"'
    return context.error("reserved_word", f"{word} is a test of its own, and no value", hint, length=len(word))


def wrong_quote(quote: str) -> str:
    """The message for a quotation mark that is not a double quote."""
    return f"{quote} is not a valid quotation mark, only the double quote is"


def forbidden(context: ErrorContext, at: int) -> QuerySyntaxError | None:
    """A character that must be escaped or quoted: a control character, a Unicode space, half of a surrogate pair."""
    character = context.text[at]
    category = unicodedata.category(character)
    name = f"U+{ord(character):04X}"
    if category == "Cs":
        message = f"{name} is half of a surrogate pair, not a character"
        return context.error("surrogate", message, "send the text as valid UTF-8", at=at)
    if category == "Cc":
        message = f"the control character {name} is not allowed here"
        return context.error("control_character", message, f"write it as \\u{ord(character):04x} inside quotes", at=at)
    if category[0] == "Z":
        hint = "use a plain space, or put text that contains this character in quotes"
        return context.error("control_character", f"{name} is not a plain space", hint, at=at)
    return None
