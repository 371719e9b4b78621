"""How the cursor of a page comes back: as text, from a client."""

from __future__ import annotations

from typing import Final

from qlause import Cursor

__all__ = ["sent"]

_SECRET: Final = b"of the tests"


def sent(cursor: Cursor) -> Cursor:
    """The cursor as it comes back."""
    return Cursor.decode(cursor.encode(_SECRET), _SECRET)
