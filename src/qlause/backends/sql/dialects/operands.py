"""One candidate as SQL: what it is compared as in each kind, and the conditions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from ....bound.nodes import BoundTest, Kind
from ..parts import NOTHING, Sql, sql

__all__ = ["PLAIN", "Emit", "Operand", "Value", "is_plain_key", "or_null"]

PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@$# ")
"""Characters that no writer of JSON escapes, and no path and no literal either."""


def is_plain_key(key: str) -> bool:
    """Whether a key is of characters that no writer of JSON escapes, and that no path and no literal escapes either.

    In MariaDB no path, however it is quoted, finds a key that begins with a hyphen.
    """
    return PLAIN.issuperset(key) and key[:1] not in ("", "-")


class Operand(NamedTuple):
    """What a value is compared as, in one kind."""

    text: Sql
    guard: Sql = NOTHING
    """What must hold for the value to be of the kind; nothing: ``text`` is NULL where it is not."""
    guard_last: bool = False
    """Whether the guard costs more than a comparison, and may be asked after it: ``text`` is no error elsewhere."""
    column: bool = False
    """Whether this is a column as it is, with a collation of its own."""
    indexed: bool = False
    """Whether an index can be made of the text."""
    binary: bool = False
    """Whether it compares by code point already."""
    folded: Sql | None = None
    """A column that holds it under the fold."""
    naive: bool = False
    """Whether this is a date-time without a zone, in UTC."""
    raw: Sql = NOTHING
    """The JSON that it is read from, for what needs it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One candidate: conditions about it, and what it is in each kind, ``folded`` only if it is not the string's."""

    present: Sql
    """Whether there is a value at all; nothing: there is."""
    null: Sql
    true: Sql
    false: Sql
    operands: Mapping[Kind, Operand]

    def guard(self, kind: Kind) -> Sql:
        """What to ask before an operand is compared; nothing: no need, or there is no such operand."""
        return self.operands[kind].guard if kind in self.operands else NOTHING

    def known(self, kind: Kind, operand: Operand) -> Value:
        """The same with another operand, whose guard is known to hold."""
        return replace(self, operands={**self.operands, kind: operand._replace(guard=NOTHING)})


Emit: TypeAlias = Callable[[BoundTest, Value], Sql]
"""The condition that a value passes a test: NULL counts as false."""


def or_null(value: Value) -> Value:
    """The same with each operand NULL where the value is of another kind: what an index holds needs no second look."""

    def whole(operand: Operand) -> Operand:
        if not operand.guard:
            return operand
        text = sql("(CASE WHEN {} THEN {} END)", operand.guard, operand.text)
        return operand._replace(text=text, guard=NOTHING)

    return replace(value, operands={kind: whole(operand) for kind, operand in value.operands.items()})
