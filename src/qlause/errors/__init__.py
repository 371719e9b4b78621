"""Every refusal, as one tree of exceptions that say where, what and what to write instead."""

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

_SNIPPET = 60  # characters of the text shown around an error
# Vowels and finals of Hangul syllables, and the skin colours of emoji: they are drawn into what is before them.
_JOINED = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff]").match
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class QlauseError(ValueError):
    """Why a request was refused.

    Attributes:
        message: one sentence in the user's words.
        code: a stable name of the kind of error, for programs.
        text: the text that was read (``q``, ``sort`` or ``fields``), or None where the error is not about a text.
        offset: where in ``text`` the error is, in code points from 0; None where it is about no place in a text.
        length: how many code points from ``offset`` on are meant (0: the place itself, as at the end of the text).
        hint: what to write instead, or None.
        expected: what could have stood there, in words.

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
        """The line of the error, from 1."""
        if self.text is None or self.offset is None:
            return None
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int | None:
        """The column of the error in its line, in code points, from 1."""
        if self.text is None or self.offset is None:
            return None
        return self.offset - self.text.rfind("\n", 0, self.offset)

    @property
    def snippet(self) -> str | None:
        """The part of the text around the error, at most about 60 characters, control characters escaped."""
        window = self._window()
        return None if window is None else window[0]

    def pretty(self) -> str:
        """The error for a terminal: message, the text's line, a caret under the place, and the hint.

        The caret is right for wide and combining characters in a font of fixed width.
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
        """The error as JSON-like data, fit for the body of an HTTP 400 response.

        Keys are always ``code`` and ``message``; ``hint``, ``offset``, ``length``, ``line``, ``column``, ``snippet``
        and ``expected`` where they are known. The text itself is not in it, only the snippet.
        """
        found: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint is not None:
            found["hint"] = self.hint
        if self.offset is not None:
            found |= {"offset": self.offset, "length": self.length}
            found |= {"line": self.line, "column": self.column, "snippet": self.snippet}
        if self.expected:
            found["expected"] = list(self.expected)
        return found

    def _window(self) -> tuple[str, int, int] | None:
        """The snippet, and in columns of a terminal what stands before the marked part and its width."""
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
    """The text is not in the language."""

    default_code = "syntax"


class UnknownFieldError(QlauseError):
    """The schema has no such field, or the field must not be used this way (rule 17)."""

    default_code = "unknown_field"


class ValueReadingError(QlauseError):
    """A value cannot be read as the type of its field, or leaves no reading for its comparator (rules 15, 16)."""

    default_code = "value"


class OperatorNotAllowedError(QlauseError):
    """The field exists, but does not take this operator (rule 17)."""

    default_code = "operator_not_allowed"


class LimitExceededError(QlauseError):
    """The request is larger than its limits allow (rule 22)."""

    default_code = "limit"


class CursorError(QlauseError):
    """A cursor cannot be used: it is damaged, of another sort, or at a value that has no place in the sort."""

    default_code = "cursor"


class UnsupportedError(QlauseError):
    """The backend cannot select the same rows as all others would, so it refuses: it never approximates."""

    default_code = "unsupported"


def escape_text(text: str) -> str:
    """The text with control, format, private and unassigned characters as escapes, so that it is safe to show."""
    return "".join(_escape_character(each) if unicodedata.category(each) in _ESCAPED else each for each in text)


def shorten(text: str, limit: int = 40) -> str:
    """User text fit for a message: escaped, and cut to about ``limit`` characters."""
    return escape_text(text if len(text) <= limit else text[: limit - 1] + "…")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A question with the known word that is nearest to ``word``, or None where nothing is near."""
    if len(word) > 64:
        return None
    by_fold: dict[str, str] = {}
    for each in known:
        by_fold.setdefault(each.lower(), each)
    from difflib import get_close_matches  # only a refusal needs it

    near = get_close_matches(word.lower(), by_fold, n=1, cutoff=0.6)
    return f"did you mean {by_fold[near[0]]}?" if near else None


def _escape_character(character: str) -> str:
    """The escape that JSON has for it, so that a text proposed in a hint can be sent as it stands."""
    short = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(character)
    units = character.encode("utf-16-be", "surrogatepass")
    return short or "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _width(text: str) -> int:
    """Columns that the text takes on a terminal: wide East Asian characters and emoji two, what combines none."""
    columns = before = 0
    for each in text:
        if each == "\ufe0f":  # makes an emoji of a symbol before it
            width = int(before == 1)
        elif unicodedata.category(each) in ("Mn", "Me") or _JOINED(each):
            width = 0
        else:
            width = before = 2 if unicodedata.east_asian_width(each) in "WF" else 1
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
