"""``objectid``: an ObjectId of MongoDB, stored natively or as text, in lower case or in capitals."""

from __future__ import annotations

import re
from typing import Final

from ...syntax.nodes import Comparator, LiteralValue
from ..operators import EQUALITY
from .definition import Declaration, TypeDefinition
from .reading import Clock, Reading, Readings, in_both_cases, native_or_text

__all__ = ["OBJECTID"]

_OBJECTID: Final = re.compile(r"[0-9a-fA-F]{24}")


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    if not _OBJECTID.fullmatch(literal.text):
        return None
    native: Reading = ("objectid", comparator, literal.text.lower())
    return native_or_text(field.storage, native, *in_both_cases(comparator, literal.text))


OBJECTID: Final = TypeDefinition(
    name="objectid",
    words="an ObjectId",
    hint="write its 24 hexadecimal digits",
    operators=EQUALITY,
    read=_read,
    storages=("native", "text"),
    native="objectid",
    is_stored=_OBJECTID.fullmatch,
)
