"""The one fold under which ``~`` compares (rule 8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["fold", "unfold"]

_SIGNS: Final = {"i": "İ", "k": "\u212a"}  # what folds to ASCII and is none
_CASED_PLANES: Final = 0x20000  # letters with case stand in the first two planes, the surrogates in the first are none


def fold(text: str) -> str:
    """F: the simple lower case of each code point, the same on every engine.

    It is not Unicode's full case folding: ``ß`` stays ``ß``, accents count, and both small sigmas are one.
    """
    if text.isascii():
        return text.lower()
    return text.replace("İ", "i").lower().replace("ς", "σ")


def unfold(character: str) -> str:
    """Every code point that folds to a folded one, in order, that one included: ``kK`` and the Kelvin sign for k."""
    if character.isascii():
        return (
            character if character == character.upper() else character + character.upper() + _SIGNS.get(character, "")
        )
    return _unfolded().get(character, character)


@cache
def _unfolded() -> Mapping[str, str]:
    found: dict[str, str] = {}
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, _CASED_PLANES))))
    for character, folded in zip(every, fold(every), strict=True):
        if folded != character:
            found[folded] = found.get(folded, folded) + character
    return found
