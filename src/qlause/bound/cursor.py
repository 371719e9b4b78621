"""Where a page ends: the sort values of its last document, from which the next page goes on (keyset paging)."""

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
_START_AGAIN: Final = "ask for the first page again"


class Row(Protocol):
    """A row of a table: what a driver returns with the names of its columns."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of a column."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sort, from which a page goes on.

    Pages neither repeat nor skip a document, whatever is inserted or deleted meanwhile, because values are compared and
    nothing is counted. A cursor is only good for the sort that it was made for, with the same options. Make one with
    :meth:`of` or :meth:`of_row`, and send it to a client with :meth:`encode`.

    Args:
        sort: A fingerprint of the sort.
        values: The value of each key of the sort, the unique field included. None: missing or null.

    """

    sort: str
    values: tuple[SortValue | None, ...]

    @classmethod
    def of(cls, sort: str | Sort, document: Mapping[str, Any], **options: Unpack[SortOptions]) -> Cursor:
        """Make the cursor at a document.

        Args:
            sort: The sort of the page, as text or parsed.
            document: The last document of the page, as it is stored: with all fields of the sort, the unique one too.
            **options: The options of the sort, see :class:`qlause.SortOptions`.

        Returns:
            The cursor. The next page is all that comes after it.

        Raises:
            QlauseError: The sort is refused, as by :func:`qlause.bind_sort`.

        Example:
            >>> Cursor.of("name", {"id": 7, "name": "John"}).values
            ((2, 'John'), (1, 7))

        """
        bound = bind_sort(sort, **options)
        values = [_value_under(document, key.target.keys, key.instant) for key in bound.keys]
        return cls(_fingerprint(bound), tuple(values))

    @classmethod
    def of_row(cls, sort: str | Sort, row: Row, *, document: str = "doc", **options: Unpack[SortOptions]) -> Cursor:
        """Make the cursor at a row of a table.

        Args:
            sort: The sort of the page, as text or parsed.
            row: The last row of the page, by the names of its columns: with all columns of the sort, that of the unique
                field too. A date-time without a zone is taken for UTC.
            document: The column that holds the document, parsed or as text. What the schema stores in no column of its
                own is looked for there.
            **options: The options of the sort, see :class:`qlause.SortOptions`.

        Returns:
            The cursor. The next page is all that comes after it.

        Raises:
            QlauseError: The sort is refused, as by :func:`qlause.bind_sort`.
            ValueError: The row lacks a column of the sort.

        Example:
            >>> Cursor.of_row("name", {"doc": '{"id": 7, "name": "John"}'}).values
            ((2, 'John'), (1, 7))

        """
        return cls.in_bound(bind_sort(sort, **options), row, document)

    @classmethod
    def in_bound(cls, sort: BoundSort, row: Row, document: str) -> Cursor:
        """Make the cursor at a row in a bound sort, for integrations, which append a unique key of their own.

        Args:
            sort: The bound sort.
            row: The last row of the page.
            document: The column that holds the document.

        Returns:
            The cursor.

        Raises:
            ValueError: The row lacks a column of the sort.

        """
        return cls(_fingerprint(sort), tuple(_value_in_row(row, key, document) for key in sort.keys))

    def encode(self, secret: bytes) -> str:
        """Write the cursor as text for a client.

        Args:
            secret: The key of the signature, known to the service only.

        Returns:
            Text that is fit for a URL. It is signed, so a client cannot change it, but it is not encrypted: a client
            can read the values.

        Example:
            >>> text = Cursor.of("name", {"id": 7, "name": "John"}).encode(b"secret")
            >>> Cursor.decode(text, b"secret").values
            ((2, 'John'), (1, 7))

        """
        values = [
            None if value is None else [value[0], str(value[1]) if isinstance(value[1], Decimal) else value[1]]
            for value in self.values
        ]
        content = json.dumps([self.sort, values], separators=(",", ":"), ensure_ascii=False).encode()
        return urlsafe_b64encode(_signature(content, secret) + content).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, secret: bytes) -> Cursor:
        """Read the text that :meth:`encode` wrote.

        Args:
            text: The text of the client.
            secret: The key of the signature.

        Returns:
            The cursor.

        Raises:
            CursorError: The text is no cursor that was signed with this secret (``cursor``).

        Example:
            >>> Cursor.decode("tampered", b"secret")
            Traceback (most recent call last):
            qlause.errors.CursorError: this is not a cursor of this service; ask for the first page again

        """
        try:
            signed = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            signed = b""
        signature, content = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _signature(content, secret)):
            raise CursorError("this is not a cursor of this service", hint=_START_AGAIN)
        sort, values = json.loads(content)
        return cls(sort, tuple(None if value is None else _sort_value(*value) for value in values))


def values_for(cursor: object, sort: BoundSort) -> tuple[SortValue | None, ...]:
    """The values of a cursor for the keys of a sort, for backends.

    Raises TypeError if ``cursor`` is not a Cursor (decode the client's text first), and CursorError with the code
    ``cursor_sort`` if it was made for another sort.
    """
    if not isinstance(cursor, Cursor):
        raise TypeError(
            f"a cursor must be a qlause.Cursor, not {type(cursor).__name__}:"
            " decode the client's text first, with Cursor.decode(text, secret)"
        )
    if cursor.sort != _fingerprint(sort):
        raise CursorError("the cursor was made for another sort", code="cursor_sort", hint=_START_AGAIN)
    return cursor.values


def _value_under(document: Any, keys: tuple[str, ...], instant: bool) -> SortValue | None:
    """The value under a path, which does not go through arrays."""
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
    from_column = None if column is None else TYPES[column.type].from_column
    return _value_under(value if from_column is None else from_column(value), (), key.instant)


def _sort_value(rank: int, value: Any) -> SortValue:
    """A sort value out of JSON, in which decimals are text."""
    return (rank, Decimal(value) if rank == 1 and isinstance(value, str) else value)


def _fingerprint(sort: BoundSort) -> str:
    keys = [[*key.target.keys, key.descending, key.nulls_last, key.instant] for key in sort.keys]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:16]


def _signature(content: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, content, "sha256")
