"""``uuid``: stored natively, or as text with hyphens, in lower case or in capitals."""

from __future__ import annotations

import re
import uuid
from typing import Final

from ...syntax.nodes import Comparator, LiteralValue
from ..operators import EQUALITY
from .definition import Declaration, TypeDefinition
from .reading import Clock, Readings, in_both_cases, native_or_text

__all__ = ["UUID"]

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _read(literal: LiteralValue, comparator: Comparator | None, field: Declaration, clock: Clock) -> Readings | None:
    text = literal.text
    if not _UUID.fullmatch(text):
        return None
    return native_or_text(field.storage, ("uuid", comparator, uuid.UUID(text)), *in_both_cases(comparator, text))


UUID: Final = TypeDefinition(
    name="uuid",
    words="a UUID",
    hint="write it as in 123e4567-e89b-12d3-a456-426614174000",
    operators=EQUALITY,
    read=_read,
    storages=("native", "text"),
    native="uuid",
    json_schema={"type": "string", "format": "uuid"},
    annotations=(uuid.UUID,),
    is_stored=_UUID.fullmatch,
)
