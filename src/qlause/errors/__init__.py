"""The errors of a request: one tree of exceptions that say what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType
from typing import Any, ClassVar

from .text import escape_text, shorten, width
from .vocabulary import Vocabulary, did_you_mean

__all__ = [
    "CursorError",
    "LimitExceededError",
    "OperatorNotAllowedError",
    "ParameterError",
    "QlauseError",
    "QuerySyntaxError",
    "RequestError",
    "UnknownFieldError",
    "UnsupportedError",
    "ValueReadingError",
    "Vocabulary",
    "did_you_mean",
    "escape_text",
    "refuse_type",
    "shorten",
]

_SNIPPET = 60  # the number of characters shown around an error


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

    def to_problem(self) -> dict[str, Any]:
        """Return the error as the body of an HTTP response of the type ``application/problem+json`` (RFC 9457).

        Returns:
            A dict with ``type``, ``title``, ``status`` (400), ``detail`` and ``errors``: a list of what
            :meth:`to_dict` returns, of a :class:`RequestError` one for each parameter, with its ``parameter``.

        Example:
            >>> try:
            ...     parse("name: John")
            ... except QlauseError as error:
            ...     problem = error.to_problem()
            >>> problem["status"], problem["detail"], problem["errors"][0]["code"]
            (400, "remove the space after ':' (line 1, column 6); write name:John", 'blank_after_colon')

        """
        return {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": str(self),
            "errors": self._problems(),
        }

    def _problems(self) -> list[dict[str, Any]]:
        return [self.to_dict()]

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
        return before + marked + after, width(before), width(marked)


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


class ParameterError(QlauseError):
    """A parameter of a request is unknown, repeated, out of its bounds, or cannot stand beside another one.

    The codes are ``unknown_parameter``, ``repeated_parameter``, ``parameter_value``, ``parameter_conflict`` and
    ``page_offset``.

    Example:
        >>> Listing({"id": "integer"}).read({"pageSize": "0"})
        Traceback (most recent call last):
        qlause.errors.RequestError: pageSize: it must be a whole number from 1 to 100, not "0"

    """

    default_code = "parameter_value"


class RequestError(QlauseError):
    """A request to a list endpoint is refused. It holds one error for each parameter that is wrong.

    Args:
        errors: Pairs of the name of a parameter, or None, and the error about it.

    Attributes:
        errors: These pairs.

    Example:
        >>> try:
        ...     Listing({"id": "integer"}).read({"q": "id:x", "page": "2"})
        ... except RequestError as error:
        ...     [(parameter, each.code) for parameter, each in error.errors]
        [('page', 'unknown_parameter'), ('q', 'value')]

    """

    default_code = "request"

    def __init__(self, errors: Iterable[tuple[str | None, QlauseError]]) -> None:
        self.errors = tuple(errors)
        messages = [str(error) if parameter is None else f"{parameter}: {error}" for parameter, error in self.errors]
        super().__init__("; ".join(messages))

    def __reduce__(self) -> tuple[Any, ...]:
        return RequestError, (self.errors,)

    def to_dict(self) -> dict[str, Any]:
        """Return the errors as JSON data.

        Returns:
            A dict with ``code``, ``message`` and ``errors``, a list of those of each parameter with its ``parameter``.

        """
        return {**super().to_dict(), "errors": self._problems()}

    def _problems(self) -> list[dict[str, Any]]:
        return [
            error.to_dict() if parameter is None else {"parameter": parameter, **error.to_dict()}
            for parameter, error in self.errors
        ]


class UnsupportedError(QlauseError):
    """The storage cannot answer this query exactly, so its backend refuses it.

    The code is one of the backend's codes, such as ``nulls`` or ``too_deep``: see ``docs/errors.md``.

    Example:
        >>> mongo.sort("name", nulls="last")
        Traceback (most recent call last):
        qlause.errors.UnsupportedError: ...

    """

    default_code = "unsupported"


def refuse_type(value: object, expected: tuple[type[Any], ...], name: str) -> None:
    """Raise TypeError for an argument of another type, such as None where a request has no ``q``."""
    if not isinstance(value, expected):
        types = " or ".join("None" if kind is NoneType else kind.__name__ for kind in expected)
        raise TypeError(f"{name} must be of type {types}, not {type(value).__name__}")


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
