"""One request to a list endpoint, read and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import and_
from typing import Literal

from ..bound.binder import bind
from ..bound.cursor import Cursor
from ..bound.fields import outermost
from ..bound.nodes import BoundFields, BoundSort
from ..bound.query import BoundQuery, all_queries
from ..errors import CursorError, QlauseError
from ..limits import Limits
from ..schema.storage import Column
from ..syntax.nodes import Query
from ..syntax.query_builder import Value, field
from .parameters import naming
from .settings import ListingSettings

__all__ = ["ListRequest", "cursor_context"]


@dataclass(frozen=True, slots=True)
class ListRequest:
    """One request to a list endpoint: what it selects, in which order, what comes out, and which page.

    Made by :meth:`qlause.Listing.read`. ``query``, ``sort`` and ``fields`` go to any backend as they are, without a
    schema or other options: ``sql.where(request.query, "sqlite")``.

    Attributes:
        listing: The listing that read the request.
        params: The request's parameters, as they came.
        asked: What the client asks for, without the server's own condition.
        sort: The bound sort. It ends in the unique field.
        fields: The bound fields.
        size: How many items a page has at most.
        number: The number of the page, from 1; None if the request goes on from a cursor.
        after: The cursor that the page follows, or None.
        before: The cursor that the page precedes, or None. Without values it is the end of all pages.
        uses_cursors: Whether the next page is named by a cursor; else by its number.
        wants_total: Whether the number of all items is asked for.
        language: The language for localized fields without one, or None.
        restriction: The server's own condition, or None.
        context: What cursors are good for besides, as :meth:`qlause.Listing.read` was told.

    """

    listing: ListingSettings
    params: tuple[tuple[str, str], ...]
    asked: BoundQuery
    sort: BoundSort
    fields: BoundFields
    size: int
    number: int | None
    after: Cursor | None
    before: Cursor | None
    uses_cursors: bool
    wants_total: bool
    language: str | None
    restriction: BoundQuery | None = None
    context: tuple[str | int | None, ...] = ()

    @property
    def query(self) -> BoundQuery:
        """What the request selects: all that the client asks for, and the server's own condition.

        Raises ValueError if the listing is ``restricted`` and the request is not yet.
        """
        if self.restriction is None:
            if self.listing.restricted:
                raise ValueError("this listing is restricted: say with request.restricted(...) what a client may see")
            return self.asked
        return all_queries([self.restriction, self.asked])

    @property
    def fetched(self) -> BoundFields:
        """What a storage must return of each row: the fields that come out, and those of the sort, for cursors."""
        if not self.uses_cursors:
            return self.fields
        fields = self.fields
        include, columns = (_with_sort if fields.is_small else _with_sort.__wrapped__)(fields, self.sort)
        return BoundFields(include, fields.exclude, columns, fields.names, fields.hidden)

    @property
    def offset(self) -> int:
        """How many items come before the page, if it has a number; else 0."""
        return 0 if self.number is None else (self.number - 1) * self.size

    @property
    def cursor(self) -> Cursor | None:
        """The cursor that the page follows or precedes; None if there is none, and if the page is the last of all."""
        cursor = self.before if self.after is None else self.after
        return None if cursor is None or not cursor.values else cursor

    @property
    def sort_text(self) -> str:
        """The text of the request's sort; empty if it names none."""
        return dict(self.params).get(self.listing.names["sort"], "").strip()

    @property
    def cursor_context(self) -> str:
        """What the request's cursors are good for, for :meth:`qlause.Cursor.encode` and ``decode``.

        It is made of ``q``, the equality parameters, the listing's ``cursor_context`` and the request's own context.
        """
        return cursor_context(self.listing, dict(self.params), self.context)

    @property
    def backward(self) -> bool:
        """Whether the page precedes its cursor, so that rows are read in the reverse order."""
        return self.before is not None

    def naming(self, part: Literal["q", "sort", "fields", "cursor"] | None = None) -> AbstractContextManager[None]:
        """Turn a QlauseError that is raised inside into a RequestError about the parameter of a part of the request.

        Args:
            part: The part. None: that whose text the error is about.

        Returns:
            The context.

        """
        use = ("before" if self.backward else "after") if part == "cursor" else part
        return naming(self._parameter_of if use is None else self.listing.names[use])

    def _parameter_of(self, error: QlauseError) -> str | None:
        """The parameter that an error is about, by its kind or by its text; None if it is about none."""
        if isinstance(error, CursorError):
            return self.listing.names["before" if self.backward else "after"]
        return next((name for name, text in self.params if text == error.text), None)

    def restricted(self, condition: str | Query | Mapping[str, Value | None]) -> ListRequest:
        """Add the server's own condition, such as the tenant. It holds whatever the client asks for.

        The condition may use every field that the schema declares, those too that clients may not filter by, and is in
        no error that a client sees.

        Args:
            condition: The values that fields must equal, ``{"tenant": user.tenant}``, or a text or a built query. Never
                write a client's text into the text: use a mapping or :func:`qlause.field`.

        Returns:
            The request with the condition, combined by AND with others that were added before.

        Raises:
            ValueError: The condition is refused. This is no QlauseError, because it is no fault of the client.

        Example:
            >>> listing = Listing({"id": "integer", "tenant": {"filterable": False}}, restricted=True)
            >>> request = listing.read({"q": "id:1 OR id:2"}).restricted({"tenant": "acme"})

        """
        if isinstance(condition, Mapping):
            if not condition:
                raise ValueError("the mapping names no field; to let a client see everything, give the text ''")
            clauses = [field(name).equals(value) for name, value in condition.items()]
            condition = reduce(and_, clauses)
        try:
            listing = self.listing
            bound = bind(condition, schema=listing.server_schema, timezone=listing.timezone, limits=Limits.generous())
        except QlauseError as error:
            raise ValueError(f"the server's own condition is refused: {error}") from error
        others = [] if self.restriction is None else [self.restriction]
        return replace(self, restriction=all_queries([*others, bound]))


def cursor_context(listing: ListingSettings, values: Mapping[str, str], context: tuple[str | int | None, ...]) -> str:
    """What stands for all that a request selects by, other than its sort, which is in the cursor itself."""
    query = values.get(listing.names["q"], "").strip()
    equal = [[name, values[name]] for name in listing.equals if name in values]
    return json.dumps([query, equal, listing.cursor_context, context])


@lru_cache(maxsize=256)
def _with_sort(
    fields: BoundFields, sort: BoundSort
) -> tuple[tuple[tuple[str, ...], ...] | None, tuple[Column | None, ...]]:
    """The stored paths to keep of the fields and of those of the sort, and the columns that hold these.

    Nothing is kept that says where a request names a field: equal fields of two requests may differ in that.
    """
    include, targets = fields.include, [key.target for key in sort.keys]
    columns = tuple(dict.fromkeys([*fields.columns, *(target.column for target in targets)]))
    return None if include is None else outermost([*include, *(target.keys for target in targets)]), columns
