"""What the tokens of a text stand for: paths, literals and texts; and the errors about them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from .._record import new
from ..errors import LimitExceededError, QuerySyntaxError
from ..limits import Limits
from .lexical import has_surrogate, is_bare_value, is_name, segment_problem
from .literals import LiteralValue
from .paths import Path, Span

if TYPE_CHECKING:
    from .diagnosis.context import ErrorContext

__all__ = ["Token", "TokenReader", "one_space"]

Token: TypeAlias = tuple[str, int, int]
"""Its kind, its start and its end."""
_SEGMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^".:]+')
_PLAIN_PATH: Final = re.compile(r"[A-Za-z_][-0-9A-Za-z_]*(?:\.[A-Za-z_][-0-9A-Za-z_]*)*").fullmatch
_BARE_VALUE_START: Final = frozenset("-0123456789tf")  # first characters of numbers, true and false


class TokenReader:
    """One parse: its text and limits, and what the tokens of the text stand for."""

    __slots__ = ("complete_field", "limits", "start", "strict", "text", "token", "values")

    def __init__(self, start: str, text: str, limits: Limits, strict: bool = False) -> None:
        self.start = start  # the start rule
        self.text = text
        self.limits = limits
        self.strict = strict
        self.values: list[Any] = [None]  # of the tokens and rules that are not yet part of a complete rule
        self.token: Token = ("", 0, 0)  # the last one
        self.complete_field: Token = ("", 0, 0)  # of the last complete clause

    def context(self, at: int, expected: Collection[str] = ()) -> ErrorContext:
        """What the diagnosis of an error at an offset has to know of this parse."""
        from .diagnosis.context import ErrorContext  # only a text that is refused needs it

        tokens = [value for value in self.values if value.__class__ is tuple]
        return ErrorContext(self.text, self.start, at, expected, self.token, tokens, self.complete_field)

    def _path(self, start: int, end: int) -> Path:
        span = (start, end)
        segments = self._segments(start, self.text[start:end])
        if len(segments) > self.limits.path_segments:
            self._refuse_limit("path", f"a field name has more than {self.limits.path_segments} parts", span)
        return new(Path, (segments, span))

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

    def _quoted(self, token: Token) -> LiteralValue:
        _, start, end = token
        text = self.text[start + 1 : end - 1]
        if "\\" in text:
            text = self._unquoted(start, end)
        return new(LiteralValue, (text, False, (start, end)))

    def _bare(self, token: Token) -> LiteralValue:
        kind, start, end = token
        text = self.text[start:end]
        if kind == "PHRASE":
            text = one_space(text)
        bare = text[0] in _BARE_VALUE_START and is_bare_value(text)
        return new(LiteralValue, (text, bare, (start, end)))

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

    def _refuse_presence(self, word: str, operator: Token, token: Token) -> NoReturn:
        """Refuse a keyword after an operator, where it would silently be a text."""
        from .diagnosis.context import presence_as_value  # only a text that is refused needs it

        sign = self.text[operator[1] : operator[2]] if operator[0] == "COMPARE" else "~"
        raise presence_as_value(self.context(token[1]), word, sign)

    def _refuse(self, message: str, code: str, span: Span, hint: str) -> NoReturn:
        raise QuerySyntaxError(message, code=code, text=self.text, offset=span[0], length=span[1] - span[0], hint=hint)

    def _refuse_limit(self, name: str, message: str, span: Span) -> NoReturn:
        raise LimitExceededError(
            message, code=f"limit_{name}", text=self.text, offset=span[0], length=span[1] - span[0]
        )


def one_space(phrase: str) -> str:
    """A phrase with one space between its words."""
    return " ".join(phrase.split())
