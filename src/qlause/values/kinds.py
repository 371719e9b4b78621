"""The kinds of stored values: which candidates a test can pass, and how it compares them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

__all__ = ["KINDS", "NATIVE_KINDS", "Constant", "Kind", "KindWords"]

Kind: TypeAlias = Literal[
    "string",
    "folded",
    "number",
    "boolean",
    "instant",
    "instant_text",
    "instant_or_text",
    "date",
    "time",
    "uuid",
    "objectid",
]
"""What a candidate must be to pass a test, and how it is compared with the constant:

=============== =============================================== ====================================================
kind            the candidate                                   the constant
=============== =============================================== ====================================================
string          a string, by code points                        str
folded          a string, under the fold                        str, folded already
number          a number                                        int or float
boolean         a boolean                                       bool
instant         a native date-time (a naive one is UTC)         datetime in UTC
instant_text    a string ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``,   datetime in UTC
                also with ``+00:00`` or ``-00:00`` for Z
instant_or_text a string: one of that form is an instant, and   str of that form, with Z
                any other is compared by code points
date            a native date                                   date
time            a native time of day (without a zone)           time
uuid            a native UUID                                   UUID
objectid        a native ObjectId of MongoDB                    str, 24 hexadecimal digits in lower case
=============== =============================================== ====================================================

An ``instant_or_text`` is only compared, never asked for equality.
"""
Constant: TypeAlias = str | int | float | bool | datetime | date | time | UUID
"""The value of a literal after binding."""


class KindWords(NamedTuple):
    """How texts for people name one value of a kind, and several."""

    one: str
    many: str


KINDS: Final[Mapping[Kind, KindWords]] = {
    "string": KindWords("string", "strings"),
    "folded": KindWords("string", "strings"),
    "number": KindWords("number", "numbers"),
    "boolean": KindWords("boolean", "booleans"),
    "instant": KindWords("native date-time", "native date-times"),
    "instant_text": KindWords("date-time stored as text", "date-times stored as text"),
    "instant_or_text": KindWords("string, as a date-time where it is one,", "strings, as date-times where they are,"),
    "date": KindWords("native date", "native dates"),
    "time": KindWords("native time of day", "native times of day"),
    "uuid": KindWords("native UUID", "native UUIDs"),
    "objectid": KindWords("native ObjectId", "native ObjectIds"),
}
"""The words for every kind, for ``qlause explain``."""
NATIVE_KINDS: Final[frozenset[Kind]] = frozenset({"instant", "date", "time", "uuid", "objectid"})
"""The kinds of values that JSON does not have."""
