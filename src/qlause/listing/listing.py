"""What a list endpoint offers, and how a request to it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Unpack

from ..bound.binder import bind
from ..bound.cursor import Cursor
from ..bound.cursor_text import START_AGAIN, Context
from ..bound.fields import bind_fields
from ..bound.nodes import BoundFields, BoundSort
from ..bound.query import BoundQuery, all_queries
from ..bound.sort import bind_sort
from ..errors import CursorError, ParameterError, QlauseError, shorten
from ..schema.schema import Field, Schema
from ..syntax.nodes import Clause, Equals, LiteralValue, Path, Query
from .languages import preferred_language
from .parameters import Errors, Params, context_parts, header, known_parameters, pairs_of, whole_number
from .request import ListRequest, cursor_context
from .settings import TOTAL_HEADER, ListingOptions, ListingSettings

__all__ = ["Listing"]

_MAX_KEPT: Final = 128  # sorts, and fields
_LONGEST_KEPT: Final = 256  # characters of their text
_WITH_ITS_QUERY: Final = "send a cursor with the q that it came with, or ask for the first page again"


class Listing(ListingSettings):
    """A list endpoint: its fields, its parameters, and how it divides results into pages.

    Make one for an endpoint when a service starts. It is immutable and safe to share between threads.
    :class:`ListingOptions` are its options.

    Args:
        schema: The fields that requests may use, as a :class:`qlause.Schema` or what makes one.

    Raises:
        ValueError: The options contradict each other or the schema.
        TypeError: There is no such option.

    Example:
        >>> listing = Listing({"id": "integer", "name": "string"}, sort="name", page_size=20)
        >>> request = listing.read({"q": "name:~jo", "pageNumber": "2"})
        >>> request.offset, request.size
        (20, 20)

    """

    def __init__(
        self, schema: Schema | Mapping[str, Field | str | Mapping[str, Any]], **options: Unpack[ListingOptions]
    ) -> None:
        super().__init__(schema, **options)
        # Clients send the same few sorts and fields again and again.
        self._sorts = lru_cache(maxsize=_MAX_KEPT)(self._sort)
        self._selections = lru_cache(maxsize=_MAX_KEPT)(self._fields)
        self._whole: tuple[BoundSort, BoundFields] = self._sorts(self.default_sort, None), self._selections("")

    def read(
        self,
        params: Params,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        ignore: Sequence[str] = (),
        context: Context = (),
    ) -> ListRequest:
        """Read a request. This is the one place where its parameters are understood.

        Args:
            params: The query string, best as the bytes that came. Or the decoded parameters: pairs of a name and a
                text, or a mapping from names to a text or to texts. A mapping to single texts hides repeated ones.
            headers: The request's headers, for ``Accept-Language`` and ``X-Total-Count``.
            ignore: More parameters to ignore than the option ``ignore`` names: those that a framework reads itself.
            context: What cursors are good for besides the listing's ``cursor_context``, such as the tenant: a text, or
                several. A cursor that was made for another one is refused.

        Returns:
            The request.

        Raises:
            RequestError: Parameters are refused. It holds an error for each of them.
            TypeError: A parameter is not a text, or the context is neither a text nor several.
            ValueError: There is a context, and the listing has no ``cursor_secret``.

        Example:
            >>> listing = Listing({"id": "integer", "type": {"type": "enum", "values": ["A", "B"]}}, equals=["type"])
            >>> listing.read({"type": "A", "q": "id:1 OR id:2"}).query.root
            AllOf(items=(...))

        """
        errors = Errors()
        headers = list(headers.items() if isinstance(headers, Mapping) else headers)  # they may come one time only
        pairs = pairs_of(params, errors)
        values = known_parameters(pairs, self._parameters, (*self._ignored, *ignore), errors)
        language = self._language(header(headers, "accept-language"))
        conditions: list[BoundQuery] = []
        for name, path in self._equals.items():
            if name in values:
                with errors.of(name):
                    conditions.append(self._equal(path, values[name], language))
        with errors.of(self.names["q"]):
            conditions.append(self._query(values.get(self.names["q"], ""), language))
        sort, fields = self._whole
        with errors.of(self.names["sort"]):
            text = values.get(self.names["sort"], "")
            if text.strip() or language is not None:
                sort = (self._sorts if len(text) <= _LONGEST_KEPT else self._sort)(
                    text if text.strip() else self.default_sort, language
                )
        with errors.of(self.names["fields"]):
            text = values.get(self.names["fields"], "")
            read = self._selections if len(text) <= _LONGEST_KEPT else self._fields
            fields = read(text) if text.strip() else fields
        size = self.page_size
        with errors.of(self.names["size"]):
            if self.names["size"] in values:
                size = whole_number(values[self.names["size"]], 1, self.max_page_size)
        parts = context_parts(context)
        if parts and self.cursor_secret is None:
            raise ValueError("the context is of cursors, and the listing has no cursor_secret")
        after, before = (self._cursor(use, values, parts, errors) for use in ("after", "before"))
        number = self._number(values, size, errors)
        wants_total = self._wants_total(header(headers, TOTAL_HEADER.lower()), errors)
        errors.raise_any()
        return ListRequest(
            listing=self,
            params=tuple(pairs),
            asked=all_queries(conditions),
            sort=sort,
            fields=fields,
            size=size,
            number=number,
            after=after,
            before=before,
            uses_cursors=number is None or self._goes_on_by_cursor(sort, values, number * size),
            wants_total=wants_total,
            language=language,
            context=parts,
        )

    def openapi(self, item: dict[str, Any] | None = None, *, envelope: bool = False) -> dict[str, Any]:
        """The operation of this endpoint as part of an OpenAPI 3.1 document, for any framework.

        Args:
            item: The JSON Schema of an item. By default that of the listing's schema.
            envelope: Whether the body is what :meth:`qlause.Page.envelope` returns, instead of an array.

        Returns:
            A dict with ``parameters`` and ``responses``, of the caller's own. Hidden fields are not in it.

        Example:
            >>> operation = Listing({"id": "integer"}).openapi()
            >>> [parameter["name"] for parameter in operation["parameters"]]
            ['q', 'sort', 'fields', 'pageNumber', 'pageSize', 'X-Total-Count']

        """
        from .openapi import openapi_parameters, openapi_responses

        return {"parameters": openapi_parameters(self), "responses": openapi_responses(self, item, envelope=envelope)}

    def _language(self, preferred: str | None) -> str | None:
        if not self.languages or preferred is None:
            return self.default_language
        return preferred_language(preferred, self.languages, self.default_language)

    def _wants_total(self, asked: str | None, errors: Errors) -> bool:
        """Whether all items are counted, as the header asks, if it has a say."""
        if self.total != "on_request" or asked is None:
            return self.total == "always"
        word = asked.strip().lower()
        if word not in ("true", "false", ""):
            message = f'it must be true or false, not "{shorten(asked)}"'
            errors.add(TOTAL_HEADER, ParameterError(message, code="parameter_value", hint=f"{TOTAL_HEADER}: true"))
        return word == "true"

    def _goes_on_by_cursor(self, sort: BoundSort, values: Mapping[str, str], offset: int) -> bool:
        """Whether the next page, which begins at an offset, is named by a cursor.

        It is, unless the request names a page and the next one has a number too. A related row's value is in no row of
        a page, so there is no cursor of it.
        """
        if self.cursor_secret is None or (self.names["page"] in values and offset <= self.max_offset):
            return False
        return not any(key.target.column is not None and key.target.column.relation is not None for key in sort.keys)

    def _query(self, query: str | Query, language: str | None) -> BoundQuery:
        return bind(query, schema=self.schema, language=language, timezone=self.timezone, limits=self.limits)

    def _equal(self, path: Path, text: str, language: str | None) -> BoundQuery:
        """The condition that a field equals the text of a parameter. The text is a value, never parsed as a query."""
        try:
            literal = LiteralValue(text, bare=True)
            return self._query(Query(Clause(path, Equals(literal))), language)
        except QlauseError as error:
            raise type(error)(error.message, code=error.code, hint=error.hint) from error

    def _sort(self, text: str, language: str | None) -> BoundSort:
        return bind_sort(
            text,
            schema=self.schema,
            unique=self.unique,
            language=language,
            strict=self.strict_sort,
            limits=self.limits,
        )

    def _fields(self, text: str) -> BoundFields:
        return bind_fields(text, schema=self.schema, always=self._always, limits=self.limits)

    def _cursor(
        self, use: str, values: Mapping[str, str], context: tuple[str | int | None, ...], errors: Errors
    ) -> Cursor | None:
        name = self.names[use]
        if name not in values or self.cursor_secret is None:
            return None
        for other in ("page", "before") if use == "after" else ("page",):
            if self.names[other] in values:
                message, hint = f"it cannot stand beside {self.names[other]}", "send one of the two"
                errors.add(name, ParameterError(message, code="parameter_conflict", hint=hint))
                return None
        tie = cursor_context(self, values, context)
        with errors.of(name):
            try:
                cursor = Cursor.decode(values[name], self.cursor_secret, context=tie, sealed=self.sealed_cursors)
            except CursorError as error:
                raise CursorError(error.message, hint=_WITH_ITS_QUERY) from error
            is_end = not cursor.values  # of everything, with the text of the sort
            if is_end and (use == "after" or cursor.sort != values.get(self.names["sort"], "").strip()):
                raise CursorError("the cursor was made for another sort", code="cursor_sort", hint=START_AGAIN)
            return cursor
        return None

    def _number(self, values: Mapping[str, str], size: int, errors: Errors) -> int | None:
        """The number of the page; None if the request has a cursor, or pages have no numbers."""
        name = self.names["page"]
        if not self.page_numbers or any(self.names[use] in values for use in ("after", "before")):
            return None
        with errors.of(name):
            number = whole_number(values.get(name, "1"), 1, None)
            if (number - 1) * size > self.max_offset:
                message = f"the page begins after more than {self.max_offset:,} items"
                hint = "narrow the query by q" + (", or follow the links of pages" if self.cursor_secret else "")
                raise ParameterError(message, code="page_offset", hint=hint)
            return number
        return None
