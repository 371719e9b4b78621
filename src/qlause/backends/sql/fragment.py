"""A part of a statement for a caller's own SQL: text, with its parameters in the style of a driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._record import aside, new, record
from ...bound.nodes import Constant
from ...bound.param import Deferred
from ...errors import UnsupportedError
from ..parameters.kept import filled
from .paramstyles import STYLES, ParamStyle
from .parts import Bind, Shared, Sql, bind, render, text_length

if TYPE_CHECKING:
    from .dialects.base import Dialect

__all__ = ["Fragment", "Statement", "filled_sql"]


@record
class Fragment:
    """A part of a statement: a condition, an order or a list of columns, for a caller's own SQL.

    The text holds no byte of a request: all that came from one is in ``params``. Two fragments are equal if their
    texts, params and paramstyles are.

    Attributes:
        text: The SQL.
        params: Its parameters, as the driver takes them: a sequence, or a mapping where they have names.
        paramstyle: How the text shows them.

    Example:
        >>> condition = Fragment("qty > ?", (2,), "qmark")
        >>> f"SELECT id FROM orders WHERE tenant = ? AND ({condition.text})", ["acme", *condition.params]
        ('SELECT id FROM orders WHERE tenant = ? AND (qty > ?)', ['acme', 2])

    """

    text: str
    params: Sequence[Any] | Mapping[str, Any]
    paramstyle: ParamStyle
    source: tuple[Statement, list[Constant]] | None = aside(default=None)
    """What it was made from, for :meth:`renumbered`; only a fragment that qlause made has it."""

    def renumbered(self, offset: int) -> Fragment:
        """Number the parameters from ``offset`` + 1, so that ``$1`` or ``:p1`` can be a caller's own.

        Args:
            offset: how many parameters come before those of this fragment.

        Returns:
            The fragment with the other numbers. Where parameters have none (``?``, ``%s``), it is equal to this one.

        Raises:
            UnsupportedError: the text is too long with the other numbers (``too_long``). Only ClickHouse has a limit.

        Example:
            >>> from qlause import Schema, sql
            >>> stock = Schema({"qty": {"type": "integer", "column": "qty"}})
            >>> sql.where("qty:>=2", "sqlite", paramstyle="named", schema=stock).renumbered(3)
            Fragment(text='`qty` >= :p4', params={'p4': 2}, paramstyle='named')

        """
        if self.source is None or not STYLES[self.paramstyle].numbered:
            return self
        statement, constants = self.source
        return statement.fill(constants, offset)


class Statement:
    """A compiled part of a statement. The constants of each query of its structure are filled in."""

    def __init__(self, dialect: Dialect, expression: Sql) -> None:
        self._dialect = dialect
        self._style = STYLES[dialect.style]
        self._expression = expression
        self.text = ""
        """The text, if it is the same for all constants."""
        self._values: list[Any] = []
        if not self._style.by_value:
            self.text, self._values = self._render(expression, 0)

    @property
    def size(self) -> int:
        """How many characters of text the statement keeps."""
        return len(self.text) or text_length(self._expression)

    def fill(self, constants: list[Constant], offset: int = 0) -> Fragment:
        """The fragment for a query with these constants, its parameters counted from ``offset`` + 1."""
        text, values, style = self.text, self._values, self._style
        if style.by_value:
            text, values = self._render(filled_sql(self._expression, constants), offset)
        elif offset:
            text, values = self._render(self._expression, offset)
        values = filled(values, constants)
        if style.convert is not None:
            values = list(map(style.convert, values))
        params = (
            {f"p{number}": value for number, value in enumerate(values, offset + 1)} if style.named else tuple(values)
        )
        return new(Fragment, (text, params, self._dialect.style, (self, constants)))

    def _render(self, expression: Sql, offset: int) -> tuple[str, list[Any]]:
        dialect, style = self._dialect, self._style
        values: list[Any] = []

        def mark(value: Any) -> str:
            if dialect.style == "inline":
                return dialect.inlined(value)
            values.append(value)
            return style.mark(offset + len(values), value)

        text = render(
            expression,
            mark,
            text=_doubled if style.escapes_percent else str,
            name=dialect.quoted,
        )
        limit = dialect.max_length
        if limit is not None and len(text.encode()) > limit:
            message = f"{dialect.name} takes no texts of more than {limit:,} bytes"
            raise UnsupportedError(message, code="too_long", hint="ask for less in one request")
        return text, values


def _doubled(text: str) -> str:
    return text.replace("%", "%%")


def filled_sql(expression: Sql, constants: list[Constant]) -> Sql:
    """The expression with its values in a query with these constants."""
    parts: list[Any] = []
    for part in expression:
        if isinstance(part, Bind):
            parts += bind(part.value.value(constants)) if isinstance(part.value, Deferred) else (part,)
        elif isinstance(part, Shared):
            parts.append(Shared(part.name, filled_sql(part.expression, constants)))
        else:
            parts.append(part)
    return Sql(parts)
