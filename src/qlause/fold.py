"""The one fold under which ``~`` compares (rule 8)."""

from __future__ import annotations

from functools import cache

__all__ = ["fold", "unfolded"]


def fold(text: str) -> str:
    """F: the simple lower case of each code point, the same on every engine.

    It is not Unicode's full case folding: ``ß`` stays ``ß``, accents count, and both small sigmas are one.
    """
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ς", "σ")


def unfolded(character: str) -> str:
    """All characters whose fold is that of this folded character, itself first."""
    return _unfolded().get(character, character)


@cache
def _unfolded() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in range(0x110000):
        character = chr(code)
        folded = fold(character)
        if folded != character:
            found[folded] = found.get(folded, folded) + character
    return found
