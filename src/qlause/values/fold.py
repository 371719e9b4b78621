"""The one fold under which ``~`` compares (rule 8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["fold", "unfold"]

_NON_ASCII: Final = {"i": "İ", "k": "\u212a"}  # characters outside ASCII that fold to an ASCII letter
_CASED_PLANES: Final = 0x20000  # all letters with case are in the first two planes of Unicode


def fold(text: str) -> str:
    """The simple lower case of each code point, the same on every engine.

    It is not the full case folding of Unicode: ``ß`` stays ``ß``, and accents count. The two small sigmas are equal.
    """
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ς", "σ")


def unfold(character: str) -> str:
    """All code points that fold to this folded one, which comes first: for k, ``kK`` and the Kelvin sign."""
    if character.isascii():
        return (
            character
            if character == character.upper()
            else character + character.upper() + _NON_ASCII.get(character, "")
        )
    return _unfolded().get(character, character)


@cache
def _unfolded() -> Mapping[str, str]:
    unfolded: dict[str, str] = {}
    characters = "".join(map(chr, (*range(0xD800), *range(0xE000, _CASED_PLANES))))  # without the surrogates
    for character, folded in zip(characters, fold(characters), strict=True):
        if folded != character:
            unfolded[folded] = unfolded.get(folded, folded) + character
    return unfolded
