"""A part of a statement as a caller takes it: text with its parameters shown in the style of a driver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._record import aside, new, record
from ...bound.nodes import Constant
from ...errors import UnsupportedError
from ..parameters.kept import filled
from .paramstyles import STYLES, ParamStyle
from .parts import Bind, Shared, Sql, bind, written

if TYPE_CHECKING:
    from .dialects.base import Dialect

__all__ = ["Fragment", "Statement"]


@record
class Fragment:
    """A part of a statement: a condition, an order or a list of columns, for a caller's own SQL.

    The text holds no byte of a request; what came from one is in ``params`` alone.

    Example:
        >>> condition = Fragment("qty > ?", (2,), "qmark")
        >>> f"SELECT id FROM orders WHERE tenant = ? AND ({condition.text})", ["acme", *condition.params]
        ('SELECT id FROM orders WHERE tenant = ? AND (qty > ?)', ['acme', 2])

    """

    text: str
    params: Sequence[Any] | Mapping[str, Any]
    paramstyle: ParamStyle
    source: tuple[Statement, list[Constant]] | None = aside(default=None)
    """What it was made of."""

    def renumbered(self, offset: int) -> Fragment:
        """Count the parameters from ``offset`` + 1, so that ``$1`` or ``:p1`` stays a caller's own.

        Args:
            offset: how many parameters come before those of this fragment.

        Returns:
            The fragment with other numbers; the same where its style has none.

        """
        if self.source is None:
            return self
        statement, constants = self.source
        return statement.fill(constants, offset)


class Statement:
    """A compiled part of a statement, to be filled with the constants of each query of its structure."""

    def __init__(self, dialect: Dialect, expression: Sql) -> None:
        self._dialect = dialect
        self._style = STYLES[dialect.style]
        self._expression = expression
        self.text = ""
        """The text, where it is the same for all constants."""
        self._values: list[Any] = []
        if not self._style.by_value:
            self.text, self._values = self._written(expression, 0)

    @property
    def size(self) -> int:
        """About how many characters are kept of it."""
        return len(self.text) or sum(len(part) for part in self._expression if isinstance(part, str))

    def fill(self, constants: list[Constant], offset: int = 0) -> Fragment:
        """The fragment for a query with these constants, its parameters counted from ``offset`` + 1."""
        text, values, style = self.text, self._values, self._style
        if style.by_value:
            text, values = self._written(_filled(self._expression, constants), offset)
        elif offset:
            text, values = self._written(self._expression, offset)
        values = filled(values, constants)
        if style.convert is not None:
            values = list(map(style.convert, values))
        params = (
            {f"p{number}": value for number, value in enumerate(values, offset + 1)} if style.named else tuple(values)
        )
        fragment: Fragment = new(Fragment, (text, params, self._dialect.style, (self, constants)))
        return fragment

    def _written(self, expression: Sql, offset: int) -> tuple[str, list[Any]]:
        dialect, style = self._dialect, self._style
        values: list[Any] = []

        def mark(value: Any) -> str:
            if dialect.style == "inline":
                return dialect.inlined(value)
            values.append(value)
            return style.mark(offset + len(values), value)

        text = written(
            expression,
            mark,
            text=_doubled if style.escapes_percent else str,
            name=dialect.quoted,
        )
        most = dialect.max_length
        if most is not None and len(text.encode()) > most:
            message = f"{dialect.name} takes no texts of more than {most:,} bytes"
            raise UnsupportedError(message, code="too_long", hint="ask for less in one request")
        return text, values


def _doubled(text: str) -> str:
    return text.replace("%", "%%")


def _filled(expression: Sql, constants: list[Constant]) -> Sql:
    """The expression with the values that it has in a query with these constants."""
    parts: list[Any] = []
    for part in expression:
        if isinstance(part, Bind):
            parts += bind(filled((part.value,), constants)[0])
        elif isinstance(part, Shared):
            parts.append(Shared(part.name, _filled(part.expression, constants)))
        else:
            parts.append(part)
    return Sql(parts)
