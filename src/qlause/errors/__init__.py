"""The errors of a request: one tree of exceptions that say what is wrong, where, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar

__all__ = [
    "CursorError",
    "LimitExceededError",
    "OperatorNotAllowedError",
    "QlauseError",
    "QuerySyntaxError",
    "UnknownFieldError",
    "UnsupportedError",
    "ValueReadingError",
    "did_you_mean",
    "escape_text",
    "shorten",
]

_SNIPPET = 60  # the number of characters shown around an error
# Vowels and finals of Hangul syllables, and the skin colours of emoji: they join the character before them.
_JOINED = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff]").match
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class QlauseError(ValueError):
    """A request that was refused. The base class of all errors about requests; a subclass of ValueError.

    Attributes:
        message: what is wrong, for the person who wrote the request.
        code: a stable name for the kind of error, for programs.
        text: the ``q``, ``sort`` or ``fields`` that was refused, or None if the error is not about a text.
        offset: where in ``text`` the error is, in code points from 0; None if it is not about a place in a text.
        length: how many code points from ``offset`` the error is about; 0 for the place itself, such as the end.
        hint: what to write instead, or None.
        expected: what would be accepted at the place, in words.

    Example:
        >>> try:
        ...     parse("name: John")
        ... except QlauseError as error:
        ...     print(error.code, error.offset, error.hint)
        blank_after_colon 5 write name:John

    """

    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        text: str | None = None,
        offset: int | None = None,
        length: int = 0,
        hint: str | None = None,
        expected: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.text = text
        self.offset = offset
        self.length = length
        self.hint = hint
        self.expected = tuple(expected)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (
            type(self),
            self.message,
            self.code,
            self.text,
            self.offset,
            self.length,
            self.hint,
            self.expected,
        )

    def __str__(self) -> str:
        where = "" if self.offset is None else f" (line {self.line}, column {self.column})"
        hint = "" if self.hint is None else f"; {self.hint}"
        return f"{self.message}{where}{hint}"

    @property
    def line(self) -> int | None:
        """The line of the error, from 1; None if it is not about a place in a text."""
        if self.text is None or self.offset is None:
            return None
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int | None:
        """The column of the error in its line, in code points, from 1; None if it is not about a place in a text."""
        if self.text is None or self.offset is None:
            return None
        return self.offset - self.text.rfind("\n", 0, self.offset)

    @property
    def snippet(self) -> str | None:
        """The text around the error, about 60 characters at most, with control characters escaped; or None."""
        window = self._window()
        return None if window is None else window[0]

    def pretty(self) -> str:
        """Show the error for a terminal: the message, the line of text with carets below the error, and the hint.

        The carets are in the right column also after wide and combining characters.

        Returns:
            Several lines of text, safe to print.

        Example:
            >>> try:
            ...     parse("name: John")
            ... except QlauseError as error:
            ...     print(error.pretty())
            remove the space after ':'.
              name: John
                   ^
            hint: write name:John

        """
        lines = [f"{self.message}."]
        window = self._window()
        if window is not None:
            snippet, before, marked = window
            lines += [f"  {snippet}", f"  {' ' * before}{'^' * max(1, marked)}"]
        if self.hint is not None:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data for the body of an HTTP 400 response.

        Returns:
            A dict with ``code`` and ``message``, and with ``hint``, ``offset``, ``length``, ``line``, ``column``,
            ``snippet`` and ``expected`` if they are known. It has the snippet, not the whole text.

        Example:
            >>> try:
            ...     parse("name:John,Jack")
            ... except QlauseError as error:
            ...     body = error.to_dict()
            >>> body["code"], body["message"], body["hint"], body["column"]
            ('list_without_parentheses', 'a list needs parentheses', 'write name:(John,Jack)', 10)

        """
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint is not None:
            body["hint"] = self.hint
        if self.offset is not None:
            body |= {"offset": self.offset, "length": self.length}
            body |= {"line": self.line, "column": self.column, "snippet": self.snippet}
        if self.expected:
            body["expected"] = list(self.expected)
        return body

    def _window(self) -> tuple[str, int, int] | None:
        """The snippet, and in terminal columns the start and the width of the marked part."""
        if self.text is None or self.offset is None:
            return None
        start = self.text.rfind("\n", 0, self.offset) + 1
        end = self.text.find("\n", self.offset)
        end = len(self.text) if end < 0 else end
        low = max(start, min(self.offset - _SNIPPET // 2, end - _SNIPPET))
        high = min(end, low + _SNIPPET)
        marked_end = min(high, self.offset + self.length)
        before = ("…" if low > start else "") + escape_text(self.text[low : self.offset])
        marked = escape_text(self.text[self.offset : marked_end])
        after = escape_text(self.text[marked_end:high]) + ("…" if high < end else "")
        return before + marked + after, _width(before), _width(marked)


class QuerySyntaxError(QlauseError):
    """The text is not valid ``q``, ``sort`` or ``fields``.

    The code names the mistake, such as ``missing_colon``, ``unquoted_text`` or ``unclosed_quote``.

    Example:
        >>> parse("name:John Smith")
        Traceback (most recent call last):
        qlause.errors.QuerySyntaxError: ...

    """

    default_code = "syntax"


class UnknownFieldError(QlauseError):
    """The schema has no such field, or does not allow the field in this parameter (rule 17).

    Codes include ``unknown_field``, ``not_filterable``, ``not_sortable``, ``not_projectable`` and ``language_needed``.

    Example:
        >>> bind("nmae:x", schema=Schema({"name": "string"}))
        Traceback (most recent call last):
        qlause.errors.UnknownFieldError: ...

    """

    default_code = "unknown_field"


class ValueReadingError(QlauseError):
    """A value is not valid for the type of its field or for its comparator (rules 15, 16).

    The code is ``value``.

    Example:
        >>> bind("qty:many", schema=Schema({"qty": "integer"}))
        Traceback (most recent call last):
        qlause.errors.ValueReadingError: ...

    """

    default_code = "value"


class OperatorNotAllowedError(QlauseError):
    """The field exists, but does not allow this operator (rule 17).

    The code is ``operator_not_allowed``, or ``not_ordered`` for a sort by an array or an object.

    Example:
        >>> bind("qty:~5", schema=Schema({"qty": "integer"}))
        Traceback (most recent call last):
        qlause.errors.OperatorNotAllowedError: ...

    """

    default_code = "operator_not_allowed"


class LimitExceededError(QlauseError):
    """The request is larger than its :class:`qlause.Limits` (rule 22).

    The codes are ``limit_length``, ``limit_depth``, ``limit_tests``, ``limit_list``, ``limit_path`` and
    ``limit_contains``.

    Example:
        >>> parse("a:1 b:2", limits=Limits(tests=1))
        Traceback (most recent call last):
        qlause.errors.LimitExceededError: ...

    """

    default_code = "limit"


class CursorError(QlauseError):
    """A cursor cannot be used: it is damaged, of another sort, or at a value that has no place in the sort.

    The codes are ``cursor``, ``cursor_sort`` and ``cursor_value``.
    """

    default_code = "cursor"


class UnsupportedError(QlauseError):
    """The storage cannot answer this query exactly, so its backend refuses it.

    The code is one of the backend's codes, such as ``nulls`` or ``too_deep``: see ``docs/errors.md``.

    Example:
        >>> mongo.sort("name", nulls="last")
        Traceback (most recent call last):
        qlause.errors.UnsupportedError: ...

    """

    default_code = "unsupported"


def escape_text(text: str) -> str:
    """The text with control, format, private and unassigned characters escaped, so that it is safe to show."""
    return "".join(
        _escape_character(character) if unicodedata.category(character) in _ESCAPED else character for character in text
    )


def shorten(text: str, limit: int = 40) -> str:
    """The text of a user for a message: escaped, and cut to about ``limit`` characters."""
    return escape_text(text if len(text) <= limit else text[: limit - 1] + "…")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The hint with the known word that is most similar to ``word``, or None if none is similar."""
    if len(word) > 64:
        return None
    by_lower_case: dict[str, str] = {}
    for candidate in known:
        by_lower_case.setdefault(candidate.lower(), candidate)
    from difflib import get_close_matches  # only a text that is refused needs it

    nearest = get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.6)
    return f"did you mean {by_lower_case[nearest[0]]}?" if nearest else None


def _escape_character(character: str) -> str:
    """The JSON escape of a character, so that the text of a hint can be sent as it is."""
    short = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(character)
    units = character.encode("utf-16-be", "surrogatepass")
    return short or "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _width(text: str) -> int:
    """The columns that the text takes on a terminal: two for wide characters and emoji, none for combining ones."""
    columns = before = 0
    for character in text:
        if character == "\ufe0f":  # turns the symbol before it into an emoji
            width = int(before == 1)
        elif unicodedata.category(character) in ("Mn", "Me") or _JOINED(character):
            width = 0
        else:
            width = before = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        columns += width
    return columns


def _rebuild(
    kind: type[QlauseError],
    message: str,
    code: str,
    text: str | None,
    offset: int | None,
    length: int,
    hint: str | None,
    expected: tuple[str, ...],
) -> QlauseError:
    return kind(message, code=code, text=text, offset=offset, length=length, hint=hint, expected=expected)
