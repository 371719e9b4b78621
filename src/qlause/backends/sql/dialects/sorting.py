"""How an engine sorts: directions, and the place of NULL."""

from __future__ import annotations

from typing import ClassVar

from ..parts import Sql, sql
from .syntax import EngineSyntax

__all__ = ["Sorting"]


class Sorting(EngineSyntax):
    """Terms of ORDER BY, and how they are compared with those of a cursor. All have a default."""

    null_is_least: ClassVar[bool] = False
    """Whether NULL is the least of all in the engine's order, whatever the session says."""
    ascending: ClassVar[str] = ""
    """What says that a term ascends, where a session can have it otherwise."""
    nan_is_greatest: ClassVar[bool] = False
    """Whether NaN in a column of numbers equals itself and is greater than all else, so that a page can end there."""
    row_values: ClassVar[bool] = False
    """Whether ``(a, b) > (?, ?)`` uses an index, and is false as soon as a NULL decides."""

    def sort_term(self, expression: Sql, descending: bool) -> Sql:
        """A term of a sort with its direction, where the place of NULL does not matter."""
        return sql("{} DESC", expression) if descending else sql(f"{{}}{self.ascending}", expression)

    def nullable_sort_term(self, expression: Sql, descending: bool, nulls_last: bool) -> Sql:
        """A term of a sort with its direction and the place of NULL."""
        term = self.sort_term(expression, descending)
        if self.null_is_least and nulls_last == descending:
            return term
        return sql(f"{{}} NULLS {'LAST' if nulls_last else 'FIRST'}", term)
