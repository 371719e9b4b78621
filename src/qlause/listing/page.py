"""One page of a list endpoint, and what an HTTP response says about the pages beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote_plus

from ..bound.cursor import Cursor
from .request import ListRequest
from .settings import TOTAL_HEADER

__all__ = ["Page", "page_of"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items.

    Attributes:
        request: The request that it answers.
        items: The items: public documents, as ``fields`` asks for them.
        total: The number of all items that the query selects, on every page together; None if it was not asked for.
        next: The query string that asks for the next page, the request's own parameters included; None if this is the
            last page.
        previous: The query string that asks for the page before, or None.

    """

    request: ListRequest
    items: list[Any]
    total: int | None
    next: str | None
    previous: str | None

    def headers(self, url: str) -> dict[str, str]:
        """The headers that tell of the total and of the other pages.

        Args:
            url: The URL of the endpoint, without a query string. It may be relative.

        Returns:
            ``X-Total-Count`` if the total is known, and ``Link`` (RFC 8288) with ``first``, ``prev``, ``next`` and
            ``last``, each where it is known; ``last`` needs page numbers and the total. ``Vary`` names the headers of
            the request that the response depends on.

        Example:
            >>> from qlause import python
            >>> listing = Listing({"id": "integer"}, page_size=2)
            >>> page = python.page([{"id": 1}, {"id": 2}, {"id": 3}], listing.read({}))
            >>> page.headers("/orders")
            {'Link': '</orders?pageNumber=1>; rel="first", </orders?pageNumber=2>; rel="next"', 'Vary': 'X-Total-Count'}

        """
        request = self.request
        # A link without a query string, relative to the URL of the page, would lead back to this page.
        first = {"size": str(request.size)} if request.uses_cursors else {"page": "1"}
        links = {"first": _query_string(request, first), "prev": self.previous, "next": self.next, "last": None}
        if self.total is not None and request.number is not None and not request.uses_cursors:
            last = max(1, -(-self.total // request.size))
            if (last - 1) * request.size <= request.listing.max_offset:
                links["last"] = _query_string(request, {"page": str(last)})
        parts = [f'<{url}?{query}>; rel="{rel}"' for rel, query in links.items() if query is not None]
        headers = {"Link": ", ".join(parts)}
        if self.total is not None:
            headers[TOTAL_HEADER] = str(self.total)
        if request.listing.request_headers:
            headers["Vary"] = ", ".join(request.listing.request_headers)
        return headers

    def envelope(self, url: str = "") -> dict[str, Any]:
        """The page as a JSON object, for an API that wants more than the array in the body.

        Args:
            url: The URL of the endpoint, to which the query strings of the other pages are appended.

        Returns:
            A dict with ``items``, ``next`` and ``previous``, and with ``total`` if it is known.

        Example:
            >>> from qlause import python
            >>> request = Listing({"id": "integer"}, page_size=1).read({})
            >>> python.page([{"id": 1}, {"id": 2}], request).envelope("/orders")
            {'items': [{'id': 1}], 'next': '/orders?pageNumber=2', 'previous': None}

        """
        body: dict[str, Any] = {"items": self.items}
        if self.total is not None:
            body["total"] = self.total
        for name, query in (("next", self.next), ("previous", self.previous)):
            body[name] = None if query is None else f"{url}?{query}"
        return body


def page_of(
    request: ListRequest,
    rows: Sequence[_T],
    total: int | None,
    *,
    item: Callable[[_T], Any],
    cursor: Callable[[_T], Cursor],
) -> Page:
    """Make the page of the rows that a storage returned.

    Args:
        request: The request.
        rows: At most one row more than the page has, in the order in which the storage was asked: the reverse order if
            the request is ``backward``.
        total: The number of all items, if it is asked for.
        item: Makes the public document of a row.
        cursor: Makes the cursor at a row.

    Returns:
        The page.

    """
    has_more = len(rows) > request.size
    shown = list(rows[: request.size])
    if request.backward:
        shown.reverse()
    following, preceding = _beside(request, shown, has_more, cursor)
    return Page(
        request=request,
        items=[item(row) for row in shown],
        total=total,
        next=None if following is None else _query_string(request, following),
        previous=None if preceding is None else _query_string(request, preceding),
    )


def _beside(
    request: ListRequest, shown: Sequence[_T], has_more: bool, cursor: Callable[[_T], Cursor]
) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The parameters that name the next page and the previous one; None where there is none.

    Where more follows there is always a next page. After the last number that a request may name it is named by a
    cursor. A listing without cursors refuses its number, so that a client sees that there is more.
    """
    number = request.number
    numbered = {"page": str(number - 1)} if number is not None and number > 1 else None
    if number is not None and not request.uses_cursors:
        return {"page": str(number + 1)} if has_more else None, numbered

    def text(at: Cursor) -> str:
        listing = request.listing
        secret = listing.cursor_secret or b""
        return at.encode(secret, context=request.cursor_context, sealed=listing.sealed_cursors)

    has_next, has_previous = has_more, request.after is not None
    if request.backward:
        has_next, has_previous = request.cursor is not None, has_more
    if not shown:  # everything is on the other side of the cursor, or on the pages before
        following = {"size": str(request.size)} if request.backward and has_next else None
        return following, {"before": text(Cursor(request.sort_text, ()))} if has_previous else numbered
    preceding = {"before": text(cursor(shown[0]))} if has_previous else numbered
    return {"after": text(cursor(shown[-1]))} if has_next else None, preceding


def _query_string(request: ListRequest, changed: dict[str, str]) -> str:
    """The request's own parameters with another page. ``changed`` names parameters by what they are for."""
    names = request.listing.names
    replaced = {names[use] for use in ("page", "after", "before", *changed)}
    pairs = [pair for name, pair in _encoded(request.params) if name not in replaced]
    return "&".join([*pairs, *(_encoded_pair(names[use], value) for use, value in changed.items())])


@lru_cache(maxsize=16)  # of the request that is being answered
def _encoded(params: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """The name of each parameter, and the parameter as a part of a query string."""
    return [(name, _encoded_pair(name, value)) for name, value in params]


def _encoded_pair(name: str, value: str) -> str:
    return f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}"
