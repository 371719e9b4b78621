"""One candidate as SQL: what it is compared as in each kind, and the conditions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from ....bound.nodes import BoundTest, Kind
from ..parts import NOTHING, Sql, sql

__all__ = ["PLAIN", "Emit", "Operand", "Value", "is_plain_key", "or_null"]

PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@$# ")
"""Characters that need no escape in JSON, in a path or in a literal."""


def is_plain_key(key: str) -> bool:
    """Whether a key needs no escape in JSON, in a path or in a literal.

    A key that starts with a hyphen is not plain: no path of MariaDB finds it, however it is quoted.
    """
    return PLAIN.issuperset(key) and key[:1] not in ("", "-")


class Operand(NamedTuple):
    """The expression that is compared for values of one kind."""

    text: Sql
    guard: Sql = NOTHING
    """The condition that the value is of the kind. NOTHING: ``text`` is NULL for other values."""
    guard_last: bool = False
    """Whether the guard costs more than a comparison and may follow it: ``text`` is no error for other values."""
    column: bool = False
    """Whether this is a column itself, with a collation of its own."""
    indexed: bool = False
    """Whether an index can be made of the text."""
    binary: bool = False
    """Whether it compares by code point already."""
    folded: Sql | None = None
    """A column that holds the text under the fold."""
    naive: bool = False
    """Whether this is a date-time without a zone, in UTC."""
    raw: Sql = NOTHING
    """The JSON that a number is read from."""


@dataclass(frozen=True, slots=True)
class Value:
    """One candidate: conditions about it, and its operand for each kind.

    The kind ``folded`` has an operand only if it differs from that of ``string``.
    """

    present: Sql
    """Whether there is a value. NOTHING: there always is."""
    null: Sql
    true: Sql
    false: Sql
    operands: Mapping[Kind, Operand]

    def guard(self, kind: Kind) -> Sql:
        """The guard of a kind's operand; NOTHING if it needs none, or there is no operand."""
        return self.operands[kind].guard if kind in self.operands else NOTHING

    def unguarded(self, kind: Kind, operand: Operand) -> Value:
        """The value with another operand of a kind, whose guard is known to hold."""
        return replace(self, operands={**self.operands, kind: operand._replace(guard=NOTHING)})


Emit: TypeAlias = Callable[[BoundTest, Value], Sql]
"""The condition that a value passes a test: NULL counts as false."""


def or_null(value: Value) -> Value:
    """The value with operands that are NULL for other kinds, instead of guarded: an index of them needs no guard."""

    def unguarded(operand: Operand) -> Operand:
        if not operand.guard:
            return operand
        text = sql("(CASE WHEN {} THEN {} END)", operand.guard, operand.text)
        return operand._replace(text=text, guard=NOTHING)

    return replace(value, operands={kind: unguarded(operand) for kind, operand in value.operands.items()})
