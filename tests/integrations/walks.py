"""Pages, asked for as a service would: with a cursor as text between two."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from qlause import Cursor

__all__ = ["walked"]

_SECRET = b"of the tests"


def walked(
    page_after: Callable[[Cursor | None], Iterable[Any]], cursor_of: Callable[[Any], Cursor], size: int, most: int
) -> list[Any]:
    """The rows of all pages of a size, which are at most ``most`` rows."""
    found: list[Any] = []
    cursor: Cursor | None = None
    while True:
        page = list(page_after(cursor))
        found += page
        assert len(found) <= most, f"pages without end: {found}"
        if len(page) < size:
            return found
        cursor = Cursor.decode(cursor_of(page[-1]).encode(_SECRET), _SECRET)
