"""Cursors: no text is taken for a cursor but the one that was written, and what a signed one holds is checked."""

from __future__ import annotations

import contextlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any, Final

from qlause import Cursor, CursorError, QlauseError, mongo, python, sql

__all__ = ["check"]

_SECRET: Final = b"the secret of the fuzzer, 32 bytes"
_CONTEXT: Final = ("orders", "q=a:1")
_SORT: Final = "a,b:desc"


def check(data: bytes) -> None:
    """Take the bytes for the text of a cursor, and for the content of one that is signed."""
    for text in (data.decode("utf-8", "replace"), _encoded(data)):
        with contextlib.suppress(QlauseError):
            Cursor.decode(text, _SECRET, context=_CONTEXT)
            raise AssertionError("a text that nobody signed is taken for a cursor")
    signature = hmac.digest(_SECRET, data, "sha256")  # with no context nothing comes before the content
    text = _encoded(signature + data)
    try:
        cursor = Cursor.decode(text, _SECRET)
    except CursorError:
        return
    again = cursor.encode(_SECRET)
    assert Cursor.decode(again, _SECRET) == cursor
    _check_one_spelling(again, cursor)
    sort = Cursor.of(_SORT, {"id": 1}).sort
    for values in (cursor.values, (*cursor.values, None, None, None)[:3]):
        _check_use(Cursor(sort, values))


def _check_use(cursor: Cursor) -> None:
    """A cursor of other values than a sort has is refused by an error of qlause, or does no harm."""
    _use(lambda: python.after(_SORT, cursor)({"id": 1, "a": 1, "b": "x"}))
    _use(lambda: mongo.after(_SORT, cursor))
    for dialect in ("sqlite", "postgresql", "mariadb", "duckdb", "clickhouse"):
        _use(lambda dialect=dialect: sql.after(_SORT, cursor, dialect))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _check_one_spelling(text: str, cursor: Cursor) -> None:
    for other in (text + "=", text + "\n", " " + text, text[:-1] + chr(ord(text[-1]) ^ 1), text.swapcase()):
        if other != text:
            with contextlib.suppress(QlauseError):
                Cursor.decode(other, _SECRET)
                raise AssertionError(f"another spelling of {cursor} is taken")


def _use(use: Any) -> None:
    with contextlib.suppress(QlauseError):
        use()
