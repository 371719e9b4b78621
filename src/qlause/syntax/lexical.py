"""The smallest parts of the languages: numbers, names, quoted text, and the keys of a path."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

__all__ = [
    "PARENTHESES",
    "ends_escaped",
    "has_surrogate",
    "is_bare_value",
    "is_name",
    "is_number",
    "is_size",
    "keys_text",
]
__all__ += ["quoted", "segment_problem", "unescaped"]

PARENTHESES: Final = frozenset({"LPAR", "ELEM_MATCH", "SIZE"})
"""The terminals that open a parenthesis, which RPAR closes."""
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}").fullmatch
_LARGEST_SIZE: Final = 2**53 - 1
_DIGITS: Final = re.compile(r"[0-9]+").fullmatch
_ESCAPED: Final = re.compile(r"\\([\\.*+?^$\[\]{}|/])")
_SURROGATE: Final = re.compile("[\ud800-\udfff]").search
_RESERVED: Final = frozenset({"AND", "OR", "NOT", "compoundLogicalQuery"})
"""Names that have another meaning at the start of a clause: as a field they are quoted."""


def is_number(text: str) -> bool:
    """Whether the text is a JSON number."""
    return _NUMBER(text) is not None


def is_bare_value(text: str) -> bool:
    """Whether unquoted text is more than a string: a number, ``true`` or ``false`` (rule 12)."""
    return text in ("true", "false") or is_number(text)


def is_size(text: str) -> bool:
    """Whether the text is a whole number that can be a number of elements: from 0 to 2^53 - 1 (rule 25)."""
    return _SIZE(text) is not None and int(text) <= _LARGEST_SIZE


def is_name(segment: str) -> bool:
    """Whether a path segment needs no quotes: it has letters, digits and ``_``, then also marks and ``-``."""
    for position, character in enumerate(segment):
        if character == "_" or (character == "-" and position):
            continue
        category = unicodedata.category(character)
        if category[0] != "L" and category != "Nd" and not (category[0] == "M" and position):
            return False
    return bool(segment)


def segment_problem(segment: str) -> str | None:
    """Why a path cannot have this segment, in words; None if it can."""
    if not segment:
        return "a part of a field name is empty"
    if _DIGITS(segment):
        return "a part of a field name cannot consist of digits only"
    if "\0" in segment:
        return "a field name cannot contain U+0000"
    return "a field name contains half of a surrogate pair" if has_surrogate(segment) else None


def has_surrogate(text: str) -> bool:
    """Whether the text contains half of a surrogate pair, which is not a character."""
    return not text.isascii() and _SURROGATE(text) is not None


def unescaped(text: str) -> str:
    """An unquoted text after ``~``, without the backslashes that mean the character behind them."""
    return _ESCAPED.sub(r"\1", text)


def ends_escaped(text: str) -> bool:
    """Whether the last character of such a text has a backslash before it, so that it is no anchor."""
    return any(found.end() == len(text) for found in _ESCAPED.finditer(text))


def quoted(text: str) -> str:
    """The text in double quotes, with the escapes of JSON."""
    import json  # importing the package must not load it

    return json.dumps(text, ensure_ascii=False)


def keys_text(keys: Iterable[str]) -> str:
    """The keys of a path as q, sort and fields spell it. A stored path may have any text as a key."""
    return ".".join(key if is_name(key) and key not in _RESERVED else quoted(key) for key in keys)
