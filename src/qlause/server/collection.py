"""What the server offers under one name, and how a request to it is read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Protocol

from ..errors import QlauseError
from ..limits import Limits
from ..listing.listing import Listing
from ..listing.page import Page
from ..listing.parameters import Errors, Params, known_parameters, pairs_of
from ..listing.request import ListRequest
from ..schema.schema import Schema
from ..syntax.nodes import Clause, Equals, LiteralValue, Query
from ..syntax.parser import parse_fields

__all__ = [
    "Collection",
    "NoSuchItemError",
    "ServeError",
    "Source",
    "Statement",
    "TimedOutError",
    "UnreachableError",
    "UnreadableTextError",
    "listing_of",
    "without",
]

_FIELDS: Final = "fields"


class ServeError(Exception):
    """The server cannot start. The message is one line, and says what to do."""


class TimedOutError(Exception):
    """A request took longer than the server allows."""


class UnreachableError(Exception):
    """The database does not answer."""


class UnreadableTextError(Exception):
    """A row has text that is not UTF-8."""


class NoSuchItemError(Exception):
    """There is no item with this id."""


class Statement(NamedTuple):
    """The SQL that answers a request, for people to read."""

    text: str
    parameters: list[str]


class Source(Protocol):
    """Where the items of a collection are."""

    def page(self, request: ListRequest) -> Page:
        """Answer a request. Raises QlauseError, TimedOutError or UnreachableError."""
        ...

    def statement(self, request: ListRequest) -> Statement:
        """The SELECT of the request. Raises QlauseError."""
        ...


@dataclass(frozen=True)
class Collection:
    """A list endpoint, and the items behind it."""

    name: str
    listing: Listing
    source: Source

    def list(self, params: Params, headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> Page:
        """Answer a request for a page."""
        return self.source.page(self.listing.read(params, headers))

    def item(self, identifier: str, params: Params, headers: Iterable[tuple[str, str]]) -> Any:
        """The item with this id, read as a value of the unique field's type, never as a query.

        Raises:
            NoSuchItemError: There is none.
            RequestError: A parameter is refused; there is only ``fields``.

        """
        errors = Errors()
        values = known_parameters(pairs_of(params, errors), {_FIELDS: "fields"}, (), errors)
        errors.raise_any()
        languages = [(name, value) for name, value in headers if name.lower() == "accept-language"]
        request = self.listing.read(values, languages)
        try:
            literal = LiteralValue(identifier, bare=True)
            request = request.restricted(Query(Clause(parse_fields(self.listing.unique).paths[0], Equals(literal))))
        except (QlauseError, ValueError) as error:  # the text is no value of the field, so no item has it
            raise NoSuchItemError from error
        items = self.source.page(request).items
        if not items:
            raise NoSuchItemError
        return items[0]


def listing_of(schema: Schema, unique: str, page_size: int) -> Listing:
    """The listing of a collection: the limits of an endpoint that anybody can reach, pages by cursors and numbers."""
    try:
        return Listing(
            schema,
            unique=unique,
            limits=Limits.public(),
            page_size=page_size,
            cursor_secret=secrets.token_bytes(32),
        )
    except ValueError as error:
        raise ServeError(str(error)) from error


def without(schema: Schema, hidden: Iterable[str], *, collection: str, unique: str) -> Schema:
    """The schema of a collection with some fields hidden, and what is below them.

    Raises ServeError for a field that is not there, and for the unique one, which addresses and cursors show.
    """
    fields = {str(path): field for path, field in schema}
    for name in hidden:
        try:
            paths = parse_fields(name).paths
        except QlauseError:
            paths = ()
        found = [path for path in fields if paths and (path == str(paths[0]) or path.startswith(f"{paths[0]}."))]
        if len(paths) != 1 or not found:
            raise ServeError(f"--hide {name}: there is no such field; there are {', '.join(list(fields)[:12])}")
        if unique in found:
            raise ServeError(
                f"--hide {name}: the id of {collection} is in the address of each item; name another by --id"
            )
        for path in found:
            fields[path] = replace(fields[path], filterable=False, sortable=False, projectable=False)
    return Schema(fields, open=schema.open)
