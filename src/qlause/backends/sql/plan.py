"""Bound query → condition, by way of its shape: the text is written once for all queries that differ in constants."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import Final

from ...bound import BoundQuery, Constant
from ...node import new
from ...placeholder import NeedsValueError
from ...shape import Filling, Shape, bound_of, shape_of
from .dialects.base import Dialect
from .emitter import Emitter, written
from .fragment import Fragment, Sql

__all__ = ["condition_of"]

_KEPT: Final = 512  # texts


def condition_of(dialect: Dialect, document: str, alias: str | None, query: BoundQuery) -> Fragment:
    """The condition that a row is selected. Raises UnsupportedError."""
    found = shape_of(query.root)
    plan = None if found is None else _plan(dialect, document, alias, found[0])
    if found is None or plan is None:
        emitter = Emitter(dialect, document, alias)
        return emitter.rendered(emitter.query(query))
    return plan.filled(found[1])


class _Plan:
    """What is written for a shape: ``piece`` has placeholders among its parameters."""

    def __init__(self, dialect: Dialect, piece: Sql, shape: Shape) -> None:
        self._dialect = dialect
        self._filling = Filling(shape)
        self._text = piece.text
        self._places = tuple([self._filling.place(each) for each in piece.params])
        self._fragment: Fragment | None = None
        with suppress(NeedsValueError):  # where the text shows the types of parameters, or themselves
            self._fragment = written(dialect, piece)

    def filled(self, constants: list[Constant]) -> Fragment:
        """The fragment for a query of the shape with these constants."""
        values = self._filling.values(constants)
        piece = Sql(self._text, tuple([values[place] for place in self._places]))
        kept = self._fragment
        if kept is None:
            return written(self._dialect, piece)
        named = dict(zip(kept.params, piece.params, strict=True)) if isinstance(kept.params, dict) else piece.params
        found: Fragment = new(Fragment, (kept.text, named, kept.paramstyle, piece))
        return found


@lru_cache(maxsize=_KEPT)
def _plan(dialect: Dialect, document: str, alias: str | None, shape: Shape) -> _Plan | None:
    """What is written for a shape; None where that depends on the constants."""
    emitter = Emitter(dialect, document, alias)
    try:
        return _Plan(dialect, emitter.condensed(emitter.query(BoundQuery(bound_of(shape)))), shape)
    except Exception:  # whatever is the matter, the query itself tells it, and in its own words
        return None
