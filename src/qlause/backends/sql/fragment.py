"""SQL text with its parameters: composed in one form, written in any paramstyle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from .typed import type_name, written

__all__ = ["FALSE", "TRUE", "Fragment", "P", "ParamStyle", "Sql", "join", "rendered", "sql"]

ParamStyle: TypeAlias = Literal[
    "qmark", "format", "pyformat", "named", "numeric_dollar", "clickhouse", "clickhouse_text"
]
"""How a text shows its parameters: ``?``, ``%s``, ``%(p1)s``, ``:p1``, ``$1`` or, both of ClickHouse, ``{p1:String}``.
The params of qmark, format and numeric_dollar are a sequence, those of the others a mapping. Those of clickhouse_text
are texts, escaped for what does not escape them itself: chDB, and HTTP."""

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
    params = tuple(value for part in parts for value in part.params)
    return Sql(template.format(*[part.text for part in parts]), params)


def join(separator: str, parts: Iterable[Sql]) -> Sql:
    """The pieces with a separator between them."""
    found = list(parts)
    params = tuple(value for part in found for value in part.params)
    return Sql(separator.join([part.text for part in found]), params)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a statement: a condition, an order or a list of columns, to stand in a caller's own SQL.

    In a caller's statement: ``f"SELECT id FROM orders WHERE tenant = ? AND ({fragment.text})"`` with the parameters
    ``["acme", *fragment.params]``. The text holds no byte of a request; what came from one is in ``params`` alone.
    """

    text: str
    params: Sequence[Any] | Mapping[str, Any]
    paramstyle: ParamStyle
    _sql: Sql = field(repr=False, compare=False)

    def renumbered(self, offset: int) -> Fragment:
        """The same with its parameters counted from ``offset`` + 1, so that ``$1`` or ``:p1`` stays a caller's own."""
        return rendered(self._sql, self.paramstyle, offset)


def rendered(piece: Sql, paramstyle: ParamStyle, offset: int = 0) -> Fragment:
    """A piece as a Fragment. Raises ValueError for an unknown paramstyle."""
    if paramstyle not in get_args(ParamStyle):
        raise ValueError(f"{paramstyle!r} is no paramstyle; there are {', '.join(get_args(ParamStyle))}")
    texts = piece.text.split(P)
    if paramstyle in ("format", "pyformat"):
        texts = [text.replace("%", "%%") for text in texts]
    count = len(piece.params)
    if paramstyle == "qmark":
        return Fragment("?".join(texts), piece.params, paramstyle, piece)
    if paramstyle == "format":
        return Fragment("%s".join(texts), piece.params, paramstyle, piece)
    numbers = range(offset + 1, offset + count + 1)
    shown = {"numeric_dollar": "${}", "named": ":p{}", "pyformat": "%(p{})s"}.get(paramstyle)
    if shown is None:
        marks = [f"{{p{number}:{type_name(value)}}}" for number, value in zip(numbers, piece.params, strict=True)]
    else:
        marks = [shown.format(number) for number in numbers]
    text = "".join(part for pair in zip(texts, [*marks, ""], strict=True) for part in pair)
    if paramstyle == "numeric_dollar":
        return Fragment(text, piece.params, paramstyle, piece)
    values = map(written, piece.params) if paramstyle == "clickhouse_text" else piece.params
    params = {f"p{number}": value for number, value in zip(numbers, values, strict=True)}
    return Fragment(text, params, paramstyle, piece)
