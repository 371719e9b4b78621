"""One candidate as SQL: what it is compared as in each kind, and the conditions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from ....bound.nodes import BoundTest, Kind
from ....schema.storage import Column, Target
from ..parts import NOTHING, Sql, raw, sql

__all__ = [
    "NO_ARRAY",
    "PLAIN",
    "Emit",
    "Operand",
    "Value",
    "Whole",
    "is_array_of_rows",
    "is_literal",
    "is_plain_key",
    "or_null",
]

PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@$# ")
"""Characters that need no escape in JSON, in a path or in a literal."""


def is_plain_key(key: str) -> bool:
    """Whether a key needs no escape in JSON, in a path or in a literal.

    A key that starts with a hyphen is not plain: no path of MariaDB finds it, however it is quoted.
    """
    return PLAIN.issuperset(key) and key[:1] not in ("", "-")


def is_literal(target: Target) -> bool:
    """Whether the path can be text of a statement: declared, scalar, and of keys that need no escape."""
    keys = target.keys if target.column is None else target.column.keys
    return target.scalar and target.declared and keys is not None and _are_plain(keys)


@lru_cache(maxsize=1_024)
def _are_plain(keys: tuple[str, ...]) -> bool:
    """Asked about declared paths only, which are few."""
    return all(map(is_plain_key, keys))


def is_array_of_rows(target: Target, column: Column) -> bool:
    """Whether the field is the array whose elements are related rows. Any other is in each row, or there is but one."""
    if column.relation is None or column.relation.one or column.keys is not None:
        return False
    return len(target.keys) == 1 or column.type == "object"


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
    """The JSON that a number is read from, or the column that another value is."""
    non_finite: bool = False
    """Whether a column of numbers may hold NaN or an infinity, which are no numbers (rule 1)."""


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


class Whole(NamedTuple):
    """A whole value, be it an array."""

    size: Sql
    """How many elements the array has; below 0, and never NULL, for any other value."""
    empty: Sql
    """Whether it is an empty text, an array without elements or an object without keys."""


NO_ARRAY: Final = raw("-1")
"""The size of what is never an array."""
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
