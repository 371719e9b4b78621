"""The text of a user in a message: escaped, cut and measured."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["escape_text", "shorten", "width"]

# Vowels and finals of Hangul syllables, and the skin colours of emoji: they join the character before them.
_JOINED = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff]").match
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def escape_text(text: str) -> str:
    """The text with control, format, private and unassigned characters escaped, so that it is safe to show."""
    return "".join(
        _escape_character(character) if unicodedata.category(character) in _ESCAPED else character for character in text
    )


def shorten(text: str, limit: int = 40) -> str:
    """The text of a user for a message: escaped, and cut to about ``limit`` characters."""
    return escape_text(text if len(text) <= limit else text[: limit - 1] + "…")


def _escape_character(character: str) -> str:
    """The JSON escape of a character, so that the text of a hint can be sent as it is."""
    short = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(character)
    units = character.encode("utf-16-be", "surrogatepass")
    return short or "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def width(text: str) -> int:
    """The columns that the text takes on a terminal: two for wide characters and emoji, none for combining ones."""
    columns = before = 0
    for character in text:
        if character == "\ufe0f":  # turns the symbol before it into an emoji
            width = int(before == 1)
        elif unicodedata.category(character) in ("Mn", "Me") or _JOINED(character):
            width = 0
        else:
            width = before = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        columns += width
    return columns
