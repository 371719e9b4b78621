"""SQL text with its parameters: composed in one form, written in any paramstyle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from ..._record import aside, record
from .clickhouse_types import type_name, written

__all__ = ["FALSE", "TRUE", "Fragment", "P", "ParamStyle", "Sql", "filled", "join", "rendered", "sql"]

ParamStyle: TypeAlias = Literal[
    "qmark", "format", "pyformat", "named", "numeric_dollar", "clickhouse", "clickhouse_text", "inline"
]
"""How a text shows its parameters: ``?``, ``%s``, ``%(p1)s``, ``:p1``, ``$1`` or, both of ClickHouse, ``{p1:String}``.
The params of qmark, format and numeric_dollar are a sequence, those of the others a mapping. Those of clickhouse_text
are texts, escaped for what does not escape them itself: chDB, and HTTP. In inline there are none: each value is a
literal that can hold no text of a request as it is written. Only Spark has it, for what takes no parameters there."""

_STYLES: Final[tuple[ParamStyle, ...]] = get_args(ParamStyle)
P: Final = "\0"
"""The mark that stands for a parameter in the text of a piece. U+0000 can stand in no name and in no literal."""


class Sql(NamedTuple):
    """A piece of SQL: in ``text`` each parameter is one mark, in the order of ``params``."""

    text: str
    params: tuple[Any, ...] = ()


TRUE: Final = Sql("1=1")
FALSE: Final = Sql("1=0")


def sql(template: str, *parts: Sql) -> Sql:
    """The template with its ``{}`` filled from left to right: the order of the parameters is that of the text."""
    return Sql(template.format(*[part.text for part in parts]), _params(parts))


def join(separator: str, parts: Iterable[Sql]) -> Sql:
    """The pieces with a separator between them."""
    found = list(parts)
    return Sql(separator.join([part.text for part in found]), _params(found))


def filled(piece: Sql, literal: Callable[[Any], str]) -> str:
    """The text with a literal in the place of each parameter."""
    texts = piece.text.split(P)
    literals = [*map(literal, piece.params), ""]
    return "".join([part for pair in zip(texts, literals, strict=True) for part in pair])


def _params(parts: Iterable[Sql]) -> tuple[Any, ...]:
    found: list[Any] = []
    for part in parts:
        found += part.params
    return tuple(found)


@record
class Fragment:
    """A part of a statement: a condition, an order or a list of columns, to stand in a caller's own SQL.

    In a caller's statement: ``f"SELECT id FROM orders WHERE tenant = ? AND ({fragment.text})"`` with the parameters
    ``["acme", *fragment.params]``. The text holds no byte of a request; what came from one is in ``params`` alone.
    """

    text: str
    params: Sequence[Any] | Mapping[str, Any]
    paramstyle: ParamStyle
    piece: Sql = aside()
    """The text before its parameters were shown in any style."""

    def renumbered(self, offset: int) -> Fragment:
        """The same with its parameters counted from ``offset`` + 1, so that ``$1`` or ``:p1`` stays a caller's own."""
        return rendered(self.piece, self.paramstyle, offset)


def rendered(piece: Sql, paramstyle: ParamStyle, offset: int = 0) -> Fragment:
    """A piece as a Fragment. Raises ValueError for an unknown paramstyle."""
    if paramstyle not in _STYLES:
        raise ValueError(f"{paramstyle!r} is no paramstyle; there are {', '.join(_STYLES)}")
    text = piece.text.replace("%", "%%") if paramstyle in ("format", "pyformat") else piece.text
    if paramstyle == "qmark":
        return Fragment(text.replace(P, "?"), piece.params, paramstyle, piece)
    if paramstyle == "inline":
        return Fragment(piece.text, piece.params, paramstyle, piece)
    if paramstyle == "format":
        return Fragment(text.replace(P, "%s"), piece.params, paramstyle, piece)
    numbers = range(offset + 1, offset + len(piece.params) + 1)
    shown = {"numeric_dollar": "${}", "named": ":p{}", "pyformat": "%(p{})s"}.get(paramstyle)
    if shown is None:
        marks = [f"{{p{number}:{type_name(value)}}}" for number, value in zip(numbers, piece.params, strict=True)]
    else:
        marks = [shown.format(number) for number in numbers]
    text = "".join(part for pair in zip(text.split(P), [*marks, ""], strict=True) for part in pair)
    if paramstyle == "numeric_dollar":
        return Fragment(text, piece.params, paramstyle, piece)
    values = map(written, piece.params) if paramstyle == "clickhouse_text" else piece.params
    params = {f"p{number}": value for number, value in zip(numbers, values, strict=True)}
    return Fragment(text, params, paramstyle, piece)
