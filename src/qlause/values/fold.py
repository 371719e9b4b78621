"""The one fold under which ``~`` compares (rule 8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["fold", "unfold"]

_SIGNS: Final = {"i": "İ", "k": "\u212a"}  # characters outside of ASCII that fold to ASCII
_CASED_PLANES: Final = 0x20000  # all letters with case are in the first two planes of Unicode


def fold(text: str) -> str:
    """F: the simple lower case of each code point, the same on every engine.

    It is not the full case folding of Unicode: ``ß`` stays ``ß`` and accents count. Both small sigmas are one.
    """
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ς", "σ")


def unfold(character: str) -> str:
    """Every code point that folds to this folded one, itself first: for k, ``kK`` and the Kelvin sign."""
    if character.isascii():
        return (
            character if character == character.upper() else character + character.upper() + _SIGNS.get(character, "")
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
