"""Bound query → condition, by way of its shape: the text is written once for all queries that differ in constants."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from ..._record import new
from ...bound import nodes as bound
from ...bound.nodes import BoundQuery, Constant
from ..parameters.kept import Filling, Plans
from ..parameters.placeholder import NeedsValueError
from .compiler import Emitter, written
from .dialects.base import Dialect
from .fragment import Fragment, Sql

__all__ = ["PLANS", "condition_of"]

_LONGEST: Final = 16_384  # characters of a text that is kept


def condition_of(dialect: Dialect, document: str, alias: str | None, query: BoundQuery) -> Fragment:
    """The condition that a row is selected. Raises UnsupportedError."""
    found = PLANS.find(query.root, dialect, document, alias)
    if found is not None:
        plan, constants = found
        return plan.filled(constants)
    emitter = Emitter(dialect, document, alias)
    return emitter.rendered(emitter.query(query))


class _Plan:
    """What is written for a shape: ``piece`` has placeholders among its parameters."""

    def __init__(self, dialect: Dialect, piece: Sql, filling: Filling) -> None:
        self._dialect = dialect
        self._filling = filling
        self._text = piece.text
        self._places = tuple([filling.place(each) for each in piece.params])
        self._fragment: Fragment | None = None
        with suppress(NeedsValueError):  # where the text shows the types of parameters, or themselves
            self._fragment = written(dialect, piece)

    def filled(self, constants: list[Constant]) -> Fragment:
        """The fragment for a query of the shape with these constants."""
        values = self._filling.values(constants)
        piece: Sql = new(Sql, (self._text, tuple([values[place] for place in self._places])))
        kept = self._fragment
        if kept is None:
            return written(self._dialect, piece)
        named = dict(zip(kept.params, piece.params, strict=True)) if isinstance(kept.params, dict) else piece.params
        found: Fragment = new(Fragment, (kept.text, named, kept.paramstyle, piece))
        return found


def _plan(root: bound.Node, filling: Filling, dialect: Dialect, document: str, alias: str | None) -> _Plan | None:
    emitter = Emitter(dialect, document, alias)
    found = emitter.condensed(emitter.query(BoundQuery(root)))
    return _Plan(dialect, found, filling) if len(found.text) <= _LONGEST else None


PLANS: Final = Plans(_plan)
"""By shape, dialect, document column and alias."""
