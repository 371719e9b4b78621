"""The parameters of a request, each once, and the errors of all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from ..bound.cursor_text import Context
from ..errors import ParameterError, QlauseError, RequestError, did_you_mean, shorten

__all__ = [
    "HUGE",
    "Context",
    "Errors",
    "Params",
    "context_parts",
    "header",
    "known_parameters",
    "naming",
    "pairs_of",
    "whole_number",
]

Params: TypeAlias = str | bytes | Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str]]
"""The parameters of a request: the query string, or decoded: pairs, or a mapping from names to a text or to texts."""
_Pair: TypeAlias = tuple[str, str]
_MAX_PARAMETERS: Final = 100
_MAX_DIGITS: Final = 18
HUGE: Final = 10**_MAX_DIGITS
"""Above every number that a listing takes."""
_ELSEWHERE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("query", "filter", "filters", "search", "where"), "q"),
    **dict.fromkeys(("order", "orderby", "ordering", "sortby"), "sort"),
    **dict.fromkeys(("select", "only", "properties", "attributes"), "fields"),
    **dict.fromkeys(("page", "pagenumber", "pageno"), "page"),
    **dict.fromkeys(("limit", "size", "pagesize", "perpage", "top", "first", "maxresults"), "size"),
    **dict.fromkeys(("after", "cursor", "next", "nextcursor", "startingafter", "pagetoken"), "after"),
    **dict.fromkeys(("before", "prev", "previous", "endingbefore"), "before"),
    **dict.fromkeys(("format", "offset", "skip"), ""),
}
"""What other APIs call a parameter, in small letters without anything else, and its use here; empty: none."""
_OTHERS: Final = re.compile("[^a-z]")


class Errors:
    """Collects the first error of each parameter of a request."""

    def __init__(self) -> None:
        self._errors: list[tuple[str | None, QlauseError]] = []

    def add(self, parameter: str | None, error: QlauseError) -> None:
        """Add an error. ``parameter`` is the name of the parameter, or None if it is about none."""
        self._errors.append((parameter, error))

    def of(self, parameter: str) -> AbstractContextManager[None]:
        """Collect the error that is raised inside."""
        return _Collecting(self, parameter)

    def raise_any(self) -> None:
        """Raise RequestError if there are errors."""
        if self._errors:
            raise RequestError(self._errors)


class _Collecting(AbstractContextManager[None]):
    # A class, because what contextmanager makes takes several times as long, and a request needs ten of them.
    __slots__ = ("errors", "parameter")

    def __init__(self, errors: Errors, parameter: str) -> None:
        self.errors = errors
        self.parameter = parameter

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if not isinstance(error, QlauseError):
            return False
        self.errors.add(self.parameter, error)
        return True


class _Naming(AbstractContextManager[None]):
    __slots__ = ("parameter",)

    def __init__(self, parameter: str | Callable[[QlauseError], str | None]) -> None:
        self.parameter = parameter

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, QlauseError) and not isinstance(error, RequestError):
            name = self.parameter if isinstance(self.parameter, str) else self.parameter(error)
            raise RequestError([(name, error)]) from error


def naming(parameter: str | Callable[[QlauseError], str | None]) -> AbstractContextManager[None]:
    """Turn an error that is raised inside into a RequestError about a parameter, or about what is found for it."""
    return _Naming(parameter)


def pairs_of(params: Params, errors: Errors) -> list[_Pair]:
    """The parameters as pairs, in their order. Raises TypeError for anything but texts."""
    if isinstance(params, str | bytes):
        return _pairs_of_query_string(params, errors)
    pairs: list[tuple[Any, Any]] = []
    for name, value in params.items() if isinstance(params, Mapping) else params:
        if isinstance(value, (list, tuple)):
            pairs += [(name, each) for each in value]
        else:
            pairs.append((name, value))
    for pair in pairs:
        if not all(isinstance(text, str) for text in pair):
            raise TypeError(f"parameters of a request are texts, not {pair!r}")
    return _without_too_many(pairs, errors)


def _pairs_of_query_string(query: str | bytes, errors: Errors) -> list[_Pair]:
    """The pairs of a query string. Bytes that are not UTF-8 are an error: replaced, they would mean something else."""
    raw = query.encode("utf-8", "surrogatepass") if isinstance(query, str) else query
    if raw.isascii():
        try:
            return _without_too_many(parse_qsl(raw.decode(), keep_blank_values=True, errors="strict"), errors)
        except UnicodeDecodeError:  # it is found out below in which parameters
            pass
    split = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    pairs: list[_Pair] = []
    for name, value in _without_too_many(split, errors):
        try:
            pairs.append((name.encode("latin-1").decode(), value.encode("latin-1").decode()))
        except UnicodeDecodeError:
            shown = shorten(name.encode("latin-1").decode(errors="replace"))
            errors.add(shown, ParameterError("it is not text in UTF-8", hint="encode it as UTF-8, then as a URL"))
    return pairs


def _without_too_many(pairs: list[_Pair], errors: Errors) -> list[_Pair]:
    if len(pairs) > _MAX_PARAMETERS:
        message = f"the request has more than {_MAX_PARAMETERS} parameters"
        errors.add(None, ParameterError(message, code="repeated_parameter", hint="send each once"))
        return []
    return pairs


def known_parameters(
    pairs: Sequence[_Pair], known: Mapping[str, str | None], ignored: Sequence[str], errors: Errors
) -> dict[str, str]:
    """The value of each parameter that is known. Unknown and repeated ones are errors.

    ``known`` are their names, each with its use; None: it equals a field.
    """
    values: dict[str, str] = {}
    refused: set[str] = set()
    for name, value in pairs:
        if name in refused or (name not in known and any(fnmatchcase(name, pattern) for pattern in ignored)):
            continue
        if name in values:
            error = ParameterError("the parameter is repeated", code="repeated_parameter", hint="send it once")
        elif name not in known:
            hint = _meant(name, known) or f"there are {', '.join(known)}"
            error = ParameterError(f"there is no parameter {shorten(name)}", code="unknown_parameter", hint=hint)
        else:
            values[name] = value
            continue
        values.pop(name, None)
        errors.add(shorten(name), error)
        refused.add(name)
    return values


def _meant(name: str, known: Mapping[str, str | None]) -> str | None:
    """The hint with the parameter that was meant: that of the same use in other APIs, else the most similar one."""
    use = _ELSEWHERE.get(_OTHERS.sub("", name.lower()))
    if use is None:
        return did_you_mean(name, known)
    return next((f"did you mean {each}?" for each, of in known.items() if of == use), None)


def whole_number(text: str, least: int, most: int | None) -> int:
    """Read a whole number in ASCII digits. Raises ParameterError."""
    digits = text.lstrip("0") or text[-1:]
    # A longer number is above every bound too when it is cut.
    number = int(digits[: _MAX_DIGITS + 1]) if text.isascii() and text.isdigit() else None
    if number is None or number < least or (most is not None and number > most):
        limits = f"of at least {least}" if most is None else f"from {least} to {most:,}"
        message = f'it must be a whole number {limits}, not "{shorten(text)}"'
        raise ParameterError(message, code="parameter_value")
    return number


def context_parts(context: Context, name: str = "the context of cursors") -> tuple[str | int | None, ...]:
    """What a cursor is good for, as several parts. Raises TypeError."""
    parts: Any = [context] if isinstance(context, str) else context
    if not isinstance(parts, list | tuple) or not all(part is None or isinstance(part, str | int) for part in parts):
        raise TypeError(f"{name} is a text, or several texts and whole numbers, not {context!r}")
    return tuple(parts)


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The value of a header, whatever the case of its name; repeated headers are one list."""
    values = [value for each, value in headers if each.lower() == name]
    return ", ".join(values) if values else None
