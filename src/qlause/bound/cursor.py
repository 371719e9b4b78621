"""Where a page ends: the sort values of its last document, from which the next page goes on (keyset paging)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, Unpack

from ..errors import CursorError
from ..schema.types import TYPES
from ..syntax.lexical import has_surrogate
from ..syntax.nodes import Sort
from ..values.json_text import json_value
from ..values.sort_values import SortValue, non_finite, sort_value
from .cursor_text import START_AGAIN, Context, read_text, write_text
from .nodes import BoundSort, BoundSortKey
from .resolve import use_document_column
from .sort import SortOptions, bind_sort

__all__ = ["Cursor", "Row", "unicode_values_for", "values_for"]


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
    def of(cls, sort: str | Sort | BoundSort, document: Mapping[str, Any], **options: Unpack[SortOptions]) -> Cursor:
        """Make the cursor at a document.

        Args:
            sort: The sort of the page, as text or parsed.
            document: The last document of the page, as it is stored: with all fields of the sort, the unique one too.
            **options: The options of the sort, see :class:`qlause.SortOptions`.

        Returns:
            The cursor. The next page is all that comes after it.

        Raises:
            QlauseError: The sort is refused, as by :func:`qlause.bind_sort`.
            TypeError: The document is not a mapping.

        Example:
            >>> Cursor.of("name", {"id": 7, "name": "John"}).values
            ((2, 'John'), (1, 7))

        """
        bound = bind_sort(sort, **options)
        if not isinstance(document, Mapping):
            raise TypeError(
                f"a document must be a mapping, not {type(document).__name__}; of_row makes cursors of rows"
            )
        values = [_value_under(document, key.target.keys, key.instant) for key in bound.keys]
        return cls(_fingerprint(bound), tuple(values))

    @classmethod
    def of_row(
        cls, sort: str | Sort | BoundSort, row: Row, *, document: str = "doc", **options: Unpack[SortOptions]
    ) -> Cursor:
        """Make the cursor at a row of a table.

        Args:
            sort: The sort of the page, as text or parsed.
            row: The last row of the page, by the names of its columns: with all columns of the sort, that of the unique
                field too. A field of a related row is looked for under its stored path, as ``customer.name``. A
                date-time without a zone is taken for UTC.
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
        use_document_column(options, document)
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

    def encode(self, secret: bytes, *, context: Context = (), sealed: bool = False) -> str:
        """Write the cursor as text for a client.

        Args:
            secret: The key of the signature, known to the service only: 32 random bytes.
            context: What the cursor is good for, besides its sort, such as the ``q`` of the request, the tenant and the
                listing: a text, or several. :meth:`decode` must be given the same.
            sealed: Whether to encrypt the cursor (AES-256-GCM), so that a client cannot read the values. It needs the
                extra ``sealed``, the package cryptography.

        Returns:
            Text that is fit for a URL, of 16,384 characters at most. It is signed, so a client cannot change it. If it
            is not sealed, a client can read the values.

        Raises:
            CursorError: A value is too long for a cursor, or a number of more than 1,000 digits (``cursor_value``).
            TypeError: The secret is not of type bytes, or the context is neither a text nor several.
            ValueError: The secret is empty.
            ImportError: ``sealed``, and cryptography is not installed.

        Example:
            >>> text = Cursor.of("name", {"id": 7, "name": "John"}).encode(b"secret", context=["orders", "q=a:1"])
            >>> Cursor.decode(text, b"secret", context=["orders", "q=a:1"]).values
            ((2, 'John'), (1, 7))

        """
        return write_text(self.sort, self.values, secret, context, sealed=sealed)

    @classmethod
    def decode(cls, text: str, secret: bytes, *, context: Context = (), sealed: bool = False) -> Cursor:
        """Read the text that :meth:`encode` wrote with the same secret, context and ``sealed``.

        Args:
            text: The text of the client.
            secret: The key of the signature.
            context: What the cursor must have been made for.
            sealed: Whether the cursor must be sealed.

        Returns:
            The cursor.

        Raises:
            CursorError: The text is no cursor that was made with this secret and for this context (``cursor``).
            TypeError: The text is not of type str, such as None where a request has no cursor, or the secret or the
                context is of another type.
            ValueError: The secret is empty.
            ImportError: ``sealed``, and cryptography is not installed.

        Example:
            >>> Cursor.decode("tampered", b"secret")
            Traceback (most recent call last):
            qlause.errors.CursorError: this is not a cursor of this service; ask for the first page again

        """
        return cls(*read_text(text, secret, context, sealed=sealed))


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
    if cursor.sort != _fingerprint(sort) or len(cursor.values) != len(sort.keys):
        raise CursorError("the cursor was made for another sort", code="cursor_sort", hint=START_AGAIN)
    return cursor.values


def unicode_values_for(cursor: object, sort: BoundSort) -> tuple[SortValue | None, ...]:
    """The values of a cursor for backends whose texts are Unicode.

    Raises what :func:`values_for` does, and CursorError (``cursor_value``) for text with half of a surrogate pair.
    """
    values = values_for(cursor, sort)
    if any(value is not None and isinstance(value[1], str) and has_surrogate(value[1]) for value in values):
        message = "the cursor holds a text with half of a surrogate pair, which no stored text has"
        raise CursorError(message, code="cursor_value", hint=START_AGAIN)
    return values


def _value_under(document: Any, keys: tuple[str, ...], instant: bool) -> SortValue | None:
    """The value under a path, which does not go through arrays."""
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    value = document.value if isinstance(document, Enum) else document
    return None if value is None else sort_value(value, instant)


def _value_in_row(row: Row, key: BoundSortKey, document: str) -> SortValue | None:
    column = key.target.column
    name = document if column is None else column.name
    if column is not None and column.relation is not None:
        name = ".".join(key.target.keys)
    try:
        value = row[name]
    except (KeyError, IndexError) as error:
        raise ValueError(f"the row has no column {name}, which the sort needs: select it too") from error
    except TypeError as error:
        kind = type(row).__name__
        raise TypeError(f"a row must give its values by the names of columns, and a {kind} does not") from error
    keys = key.target.keys if column is None else column.keys
    if keys is not None:
        return _value_under(json_value(value), keys, key.instant)
    if column is not None and column.type == "number" and (number := non_finite(value)) is not None:
        return (5, number)
    from_column = None if column is None else TYPES[column.type].from_column
    return _value_under(value if from_column is None else from_column(value), (), key.instant)


def _fingerprint(sort: BoundSort) -> str:
    keys = [[*key.target.keys, key.descending, key.nulls_last, key.instant] for key in sort.keys]
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:16]
