"""What the adapters share: the emitter's texts with places in them for what the host library writes itself.

A host knows better than any text how a column is called where a statement uses it (aliases, joins, schemas), and how a
parameter is shown. So the emitter leaves a mark for each column of the row, each other table and each parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any as AnyValue
from typing import ClassVar, Final, assert_never

from ..backends.sql.compiler import Emitter
from ..backends.sql.dialects.base import Dialect
from ..backends.sql.fragment import Sql
from ..backends.sql.order_by import sort_values
from ..bound.nodes import AllOf, AnyOf, BoundSort, BoundSortKey, Node, PathExists, ValueMatches
from ..errors import UnsupportedError
from ..schema.storage import Column, Target

__all__ = ["SORT_VALUES", "HostEmitter", "assembled", "names_of", "sort_value", "strange_key", "targets_of", "with_key"]

_MARK: Final = re.compile("(\0|\1[^\1]*\1|\2[^\2]*\2)")  # U+0000 is the mark of a parameter
SORT_VALUES: Final = 4
"""How many expressions one key of a sort has at most in any dialect."""


class HostEmitter(Emitter):
    """Writes marks for what the host writes. Its conditions are never NULL: a host negates them by its own NOT."""

    two_valued: ClassVar[bool] = True

    def __init__(self, dialect: Dialect, document: str) -> None:
        super().__init__(dialect, document, alias="")

    def own(self, name: str) -> str:
        """The mark of a column of the row."""
        return f"\1{name}\1"

    def table(self, names: tuple[str, ...]) -> str:
        """The mark of another table."""
        return f"\2{'.'.join(names)}\2"


def sort_value(emitter: Emitter, key: BoundSortKey, place: int) -> Sql:
    """One of the ``SORT_VALUES`` expressions of a key; NULL, in a form that PostgreSQL sorts by, where it has fewer."""
    values = sort_values(emitter, key)
    return values[place] if place < len(values) else Sql("NULLIF(1, 1)")


def with_key(sort: BoundSort, columns: Iterable[Column]) -> BoundSort:
    """A sort that ends in the columns of a primary key, those that it has already aside."""
    keys = list(sort.keys)
    for column in columns:
        known = [key.target.column for key in keys if key.target.column is not None and key.target.column.keys is None]
        if all(each.name != column.name for each in known):
            keys.append(BoundSortKey(Target((column.name,), column=column), False, False, required=True))
    return BoundSort(tuple(keys))


def strange_key() -> UnsupportedError:
    """The error for a page where the primary key is of another type than fields have."""
    message, hint = "the primary key is of a type that no page can go on from", "name another unique field: unique="
    return UnsupportedError(message, code="not_ordered", hint=hint)


def targets_of(node: Node) -> Iterator[Target]:
    """The targets of a bound query."""
    match node:
        case AllOf(items=items) | AnyOf(items=items):
            for item in items:
                yield from targets_of(item)
        case ValueMatches(target=target) | PathExists(target=target):
            yield target
        case _:
            assert_never(node)


def names_of(targets: Iterable[Target], document: str) -> tuple[str, ...]:
    """The columns of the row that conditions on the targets look at, each once."""
    found: dict[str, None] = {}
    for target in targets:
        column = target.column
        if column is None:
            found.setdefault(document)
        elif column.relation is not None:
            found.update(dict.fromkeys(parent for _, parent in column.relation.on))
        else:
            found.setdefault(column.name)
            if column.folded is not None:
                found.setdefault(column.folded)
    return tuple(found)


def assembled(
    piece: Sql,
    *,
    text: Callable[[str], str],
    own: Callable[[str], str],
    table: Callable[[str], str],
    parameter: Callable[[AnyValue], str],
) -> str:
    """A piece with its marks replaced, from left to right, by what the host writes; ``text`` is all between them."""
    params = iter(piece.params)
    found: list[str] = []
    for part in _MARK.split(piece.text):
        match part[:1]:
            case "\0":
                found.append(parameter(next(params)))
            case "\1":
                found.append(own(part[1:-1]))
            case "\2":
                found.append(table(part[1:-1]))
            case _:
                found.append(text(part))
    return "".join(found)
