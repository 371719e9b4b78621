"""Words: what is a number, a name, a part of a path, and what no text can hold."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["has_surrogate", "is_bare_value", "is_name", "is_number", "segment_problem"]

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
_DIGITS: Final = re.compile(r"[0-9]+").fullmatch
_SURROGATE: Final = re.compile("[\ud800-\udfff]").search


def is_number(text: str) -> bool:
    """Whether the text is a number as JSON writes it."""
    return _NUMBER(text) is not None


def is_bare_value(text: str) -> bool:
    """Whether bare text is read as more than a string: a number, ``true`` or ``false`` (rule 12)."""
    return text in ("true", "false") or is_number(text)


def is_name(segment: str) -> bool:
    """Whether a path segment can stand without quotes: letters, digits, ``_``, then also marks and ``-``."""
    for position, character in enumerate(segment):
        if character == "_" or (character == "-" and position):
            continue
        category = unicodedata.category(character)
        if category[0] != "L" and category != "Nd" and not (category[0] == "M" and position):
            return False
    return bool(segment)


def segment_problem(segment: str) -> str | None:
    """What forbids this path segment, in words, or None."""
    if not segment:
        return "a part of a field name is empty"
    if _DIGITS(segment):
        return "a part of a field name cannot be made of digits only"
    if "\0" in segment:
        return "a field name cannot hold U+0000"
    return "a field name holds half a surrogate pair" if has_surrogate(segment) else None


def has_surrogate(text: str) -> bool:
    """Whether the text holds half a surrogate pair, which is no character."""
    return not text.isascii() and _SURROGATE(text) is not None
