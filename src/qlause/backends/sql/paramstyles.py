"""How a statement shows its parameters: one row per style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from .clickhouse_params import as_text, type_name

__all__ = ["STYLES", "ParamStyle", "Style"]

ParamStyle: TypeAlias = Literal[
    "qmark", "format", "pyformat", "named", "numeric_dollar", "clickhouse", "clickhouse_text", "inline"
]
"""How a text shows its parameters: ``?``, ``%s``, ``%(p1)s``, ``:p1``, ``$1``; ``{p1:String}`` for both of ClickHouse.
The params of qmark, format and numeric_dollar are a sequence, those of the others a mapping. Those of clickhouse_text
are escaped texts, for chDB and HTTP, which do not escape them. In inline there are none: each value is a literal, which
never holds text of a request as it was written. Only Spark has it, for ``DataFrame.where``."""


class Style(NamedTuple):
    """One style."""

    mark: Callable[[int, Any], str]
    """The placeholder of a parameter, made of its number and its value."""
    numbered: bool = False
    """Whether placeholders have numbers, in names too."""
    named: bool = False
    """Whether the params are a mapping."""
    by_value: bool = False
    """Whether the text depends on the values, by their types at least."""
    escapes_percent: bool = False
    """Whether a percent sign in the text is doubled."""
    convert: Callable[[Any], Any] | None = None
    """Makes what the driver takes of a value."""


def _clickhouse(number: int, value: Any) -> str:
    return f"{{p{number}:{type_name(value)}}}"


STYLES: Final[dict[ParamStyle, Style]] = {
    "qmark": Style(lambda _number, _value: "?"),
    "format": Style(lambda _number, _value: "%s", escapes_percent=True),
    "pyformat": Style(lambda number, _value: f"%(p{number})s", numbered=True, named=True, escapes_percent=True),
    "named": Style(lambda number, _value: f":p{number}", numbered=True, named=True),
    "numeric_dollar": Style(lambda number, _value: f"${number}", numbered=True),
    "clickhouse": Style(_clickhouse, numbered=True, named=True, by_value=True),
    "clickhouse_text": Style(_clickhouse, numbered=True, named=True, by_value=True, convert=as_text),
    "inline": Style(lambda _number, _value: "", by_value=True),  # the dialect writes literals
}
