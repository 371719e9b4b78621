"""Bound query → condition, by way of its shape: the text is written once for all queries that differ in constants only."""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from ...bound import BoundQuery, Constant
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
    return written(dialect, plan.filled(found[1]))


class _Plan(NamedTuple):
    """The text of a shape, and its parameters by their places."""

    text: str
    places: tuple[int, ...]
    filling: Filling

    def filled(self, constants: list[Constant]) -> Sql:
        values = self.filling.values(constants)
        if len(self.places) > 1:
            return Sql(self.text, itemgetter(*self.places)(values))
        return Sql(self.text, tuple([values[place] for place in self.places]))


@lru_cache(maxsize=_KEPT)
def _plan(dialect: Dialect, document: str, alias: str | None, shape: Shape) -> _Plan | None:
    """What is written for a shape; None where that depends on the constants."""
    emitter = Emitter(dialect, document, alias)
    filling = Filling(shape)
    try:
        found = emitter.condensed(emitter.query(BoundQuery(bound_of(shape))))
    except Exception:  # noqa: BLE001  # whatever is the matter, the query itself tells it, and in its own words
        return None
    return _Plan(found.text, tuple([filling.place(each) for each in found.params]), filling)
