"""What a request may cost, bounded before a backend makes anything of it (rule 22).

A backend writes a test once for each place that it asks, a language of a field say, and an engine works on each key of
a path that may lead through arrays. So a short text can ask for much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from ..errors import LimitExceededError
from ..limits import Limits
from ..schema.storage import Target
from ..syntax.nodes import (
    And,
    Clause,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    HasSize,
    Not,
    Null,
    Or,
    Path,
    Test,
    WholeTest,
)
from .resolve import located

__all__ = ["KEY_OF_A_SORT", "Budget", "Size"]

_READ: Final = 6  # what reading JSON, or a whole text, costs beside comparing a column


class Size(NamedTuple):
    """How much a test asks of one place."""

    plain: int = 0
    """Tests that compare a value. The plain values of one list are one."""
    texts: int = 0
    """Tests that read all of a text."""
    characters: int = 0
    """Of the values."""


_ELEMENTS: Final = Size(plain=1)
KEY_OF_A_SORT: Final = Size(plain=5)  # its type, number and text are compared, of any two rows


class Budget:
    """What is left for one request of its limits ``cost`` and ``characters``."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cost = limits.cost
        self._characters = limits.characters
        self._factor = 1
        self._weight = 0

    @property
    def left(self) -> tuple[int, int]:
        """How many characters are left, and how often one of a value counted at most."""
        return self._characters, self._weight

    @property
    def state(self) -> tuple[int, int, int, int]:
        """All that was counted so far, for :meth:`restore`."""
        return self._cost, self._characters, self._factor, self._weight

    def restore(self, before: tuple[int, int, int, int]) -> None:
        """Forget what was counted since the state was this."""
        self._cost, self._characters, self._factor, self._weight = before

    @contextmanager
    def within(self, clause: Clause, target: Target) -> Iterator[None]:
        """Count what is asked of the elements of an array in JSON.

        It counts once for each part of the path, which may hold the array, and once for no array: as often as an engine
        may have to look. So the cost of one elemMatch in another grows as the work does.
        """
        self.spend_clause(clause, [target], ignore_case=False)
        before = self._factor
        self._factor *= 1 if _is_row(target) else len(target.keys) + 1
        yield
        self._factor = before

    def spend_clause(self, clause: Clause, targets: Sequence[Target], ignore_case: bool) -> None:
        """Count what a clause asks. Raises LimitExceededError if the request asks too much."""
        size = _size(clause.test)
        if ignore_case:
            size = Size(0, size.plain + size.texts, size.characters)
        self.spend(clause.path, targets, size, clause.source)

    def spend(self, path: Path, targets: Sequence[Target], size: Size, source: str | None) -> None:
        """Count what is asked of each target. Raises LimitExceededError if the request asks too much."""
        characters = size.characters + sum(map(len, path.segments))
        weight = 0
        for target in targets:
            steps = 1 if target.scalar and target.declared else max(1, len(target.keys))
            plain = size.plain if _is_column(target) else size.plain * _READ * steps
            self._cost -= (plain + size.texts * _READ * steps) * self._factor
            weight += steps * self._factor
        self._characters -= characters * weight
        self._weight = max(self._weight, weight)
        if self._cost >= 0 and self._characters >= 0:
            return
        if self._cost < 0:
            code, message = "limit_cost", f"the request costs more than {self._limits.cost:,}"
        else:
            code = "limit_characters"
            message = f"the request becomes more than {self._limits.characters:,} characters of names and values"
        hint = "ask for less at once; a list of values, as in id:(1,2), costs no more than one value"
        if len(targets) > 1:
            hint = f"name one of the {len(targets)} languages"
        raise located(LimitExceededError, message, code, path.span, source, hint)


def _is_row(target: Target) -> bool:
    """Whether the elements are rows of another table."""
    column = target.column
    return column is not None and column.relation is not None and column.keys is None


def _is_column(target: Target) -> bool:
    """Whether a test compares a column itself."""
    column = target.column
    return column is not None and column.keys is None and column.relation is None and not column.array


def _size(test: Test | WholeTest) -> Size:
    match test:
        case Equals(literal=literal) | Compare(literal=literal):
            return Size(plain=1, characters=len(literal.text))
        case Contains(text=text):
            return Size(texts=1, characters=len(text))
        case Not(item=item):
            return _size(item)
        case HasSize(test=item):
            return _size(item)._replace(plain=_numbers(item))
        case And(items=items) | Or(items=items):
            sizes = list(map(_size, items))
            listed = sum(item.__class__ is Equals for item in items) if isinstance(test, Or) else 0
            plain = sum(size.plain for size in sizes) - max(0, listed - 1)
            return Size(plain, sum(size.texts for size in sizes), sum(size.characters for size in sizes))
        case ElemMatch():
            return _ELEMENTS
        case Null():
            return Size(plain=2)  # missing, or null
        case _:
            return Size(plain=1)


def _numbers(test: Test) -> int:
    """How many numbers of elements a test names. Not every engine can look for many at once."""
    match test:
        case And(items=items) | Or(items=items):
            return sum(map(_numbers, items))
        case Not(item=item):
            return _numbers(item)
        case _:
            return 1
