"""Where a page ends: the sort values of its last document, to go on from there on any engine (keyset paging)."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol, Unpack

from ..errors import CursorError
from ..schema.types import TYPES
from ..syntax.nodes import Sort
from ..values.sort_values import SortValue, sort_value
from .nodes import BoundSort, BoundSortKey
from .sort import SortOptions, bind_sort

__all__ = ["Cursor", "Row", "values_for"]

_SIGNATURE_BYTES: Final = 32


class Row(Protocol):
    """A row of a table: what drivers give for one with the names of its columns."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of a column."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sort.

    Pages that go on from it neither repeat nor skip a document, whatever is inserted or deleted meanwhile, because the
    values are compared and nothing is counted. A cursor is only good for the sort that it was made with, options
    included.
    """

    sort: str
    """A fingerprint of the sort."""
    values: tuple[SortValue | None, ...]
    """The value of each key of the sort, the tie-breaker included; None for missing and null."""

    @classmethod
    def of(cls, sort: str | Sort, document: Mapping[str, Any], **options: Unpack[SortOptions]) -> Cursor:
        """The place of a document, as the storage has it: with all the fields of the sort, also the unique one.

        Options and errors are those of :func:`qlause.sort.bind_sort`.

        >>> Cursor.of("name", {"id": 7, "name": "John"}).values
        ((2, 'John'), (1, 7))
        """
        bound = bind_sort(sort, **options)
        values = [_value_under(document, key.target.keys, key.instant) for key in bound.keys]
        return cls(_fingerprint(bound), tuple(values))

    @classmethod
    def of_row(cls, sort: str | Sort, row: Row, *, document: str = "doc", **options: Unpack[SortOptions]) -> Cursor:
        """The place of a row of a table, whose values are found by the names of the columns.

        The row holds all the columns of the sort, also that of the unique field: what the schema stores in no column
        is looked for in the column ``document``, parsed or as text. A date-time without a zone is taken for UTC.
        Options and errors are those of :func:`qlause.sort.bind_sort`; ValueError where the row lacks a column.

        >>> Cursor.of_row("name", {"doc": '{"id": 7, "name": "John"}'}).values
        ((2, 'John'), (1, 7))
        """
        return cls.in_bound(bind_sort(sort, **options), row, document)

    @classmethod
    def in_bound(cls, sort: BoundSort, row: Row, document: str) -> Cursor:
        """The same in a bound sort, for adapters, which bring a key of their own."""
        return cls(_fingerprint(sort), tuple(_value_in_row(row, key, document) for key in sort.keys))

    def encode(self, secret: bytes) -> str:
        """The cursor as text fit for a URL, signed with the secret. The values can be read in it, but not changed."""
        values = [
            None if value is None else [value[0], str(value[1]) if isinstance(value[1], Decimal) else value[1]]
            for value in self.values
        ]
        content = json.dumps([self.sort, values], separators=(",", ":"), ensure_ascii=False).encode()
        return urlsafe_b64encode(_signature(content, secret) + content).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, secret: bytes) -> Cursor:
        """The cursor that :meth:`encode` made with the same secret.

        Raises CursorError with the code ``cursor`` for any other text.
        """
        try:
            found = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            found = b""
        content = found[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(found[:_SIGNATURE_BYTES], _signature(content, secret)):
            raise CursorError("this is no cursor of this service", hint="ask for the first page again")
        sort, values = json.loads(content)
        return cls(sort, tuple(None if value is None else _value(*value) for value in values))


def values_for(cursor: object, sort: BoundSort) -> tuple[SortValue | None, ...]:
    """What a cursor says of the keys of a sort, for backends.

    Raises TypeError for what is no cursor, as the text of one is not, and CursorError with the code ``cursor_sort`` for
    one of another sort.
    """
    if not isinstance(cursor, Cursor):
        raise TypeError(
            f"a cursor must be a qlause.Cursor, not {type(cursor).__name__}:"
            " make one of the text that a client sent by Cursor.decode(text, secret)"
        )
    if cursor.sort != _fingerprint(sort):
        hint = "ask for the first page again"
        raise CursorError("the cursor was made for another sort", code="cursor_sort", hint=hint)
    return cursor.values


def _value_under(document: Any, keys: tuple[str, ...], instant: bool) -> SortValue | None:
    """The value under a path, which is not looked for in arrays."""
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    return None if document is None else sort_value(document, instant)


def _value_in_row(row: Row, key: BoundSortKey, document: str) -> SortValue | None:
    column = key.target.column
    name = document if column is None else column.name
    try:
        value = row[name]
    except (KeyError, IndexError) as error:
        raise ValueError(f"the row has no column {name}, which the sort needs: select it too") from error
    keys = key.target.keys if column is None else column.keys
    if keys is not None:
        return _value_under(json.loads(value) if isinstance(value, (str, bytes)) else value, keys, key.instant)
    if column is not None:
        from_column = TYPES[column.type].from_column
        value = value if from_column is None else from_column(value)
    return _value_under(value, (), key.instant)


def _value(rank: int, value: Any) -> SortValue:
    return (rank, Decimal(value) if rank == 1 and isinstance(value, str) else value)


def _fingerprint(sort: BoundSort) -> str:
    keys = [[*key.target.keys, key.descending, key.nulls_last, key.instant] for key in sort.keys]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:16]


def _signature(content: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, content, "sha256")
