"""The one fold under which ``~`` compares (rule 8)."""

from __future__ import annotations

__all__ = ["fold"]


def fold(text: str) -> str:
    """F: the simple lower case of each code point, the same on every engine.

    It is not Unicode's full case folding: ``ß`` stays ``ß``, accents count, and both small sigmas are one.
    """
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ς", "σ")
