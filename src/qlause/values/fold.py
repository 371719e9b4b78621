"""The one fold under which ``~`` compares (rule 8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["RECENT", "fold", "recent_pairs", "unfold"]

_NON_ASCII: Final = {"i": "İ", "k": "\u212a"}  # characters outside ASCII that fold to an ASCII letter
_CASED_PLANES: Final = 0x20000  # all letters with case are in the first two planes of Unicode
# The first and the last capital, the step between them, and how far away each has its small letter.
_RECENT_RANGES: Final = (
    (0x037F, 0x037F, 1, 116),
    (0x0528, 0x052E, 2, 1),
    (0x10C7, 0x10C7, 1, 7264),
    (0x10CD, 0x10CD, 1, 7264),
    (0x13A0, 0x13EF, 1, 38864),
    (0x13F0, 0x13F5, 1, 8),
    (0x1C89, 0x1C89, 1, 1),
    (0x1C90, 0x1CBA, 1, -3008),
    (0x1CBD, 0x1CBF, 1, -3008),
    (0x2C2F, 0x2C2F, 1, 48),
    (0x2CF2, 0x2CF2, 1, 1),
    (0xA698, 0xA69A, 2, 1),
    (0xA792, 0xA792, 1, 1),
    (0xA796, 0xA79E, 2, 1),
    (0xA7AA, 0xA7AA, 1, -42308),
    (0xA7AB, 0xA7AB, 1, -42319),
    (0xA7AC, 0xA7AC, 1, -42315),
    (0xA7AD, 0xA7AD, 1, -42305),
    (0xA7AE, 0xA7AE, 1, -42308),
    (0xA7B0, 0xA7B0, 1, -42258),
    (0xA7B1, 0xA7B1, 1, -42282),
    (0xA7B2, 0xA7B2, 1, -42261),
    (0xA7B3, 0xA7B3, 1, 928),
    (0xA7B4, 0xA7C2, 2, 1),
    (0xA7C4, 0xA7C4, 1, -48),
    (0xA7C5, 0xA7C5, 1, -42307),
    (0xA7C6, 0xA7C6, 1, -35384),
    (0xA7C7, 0xA7C9, 2, 1),
    (0xA7CB, 0xA7CB, 1, -42343),
    (0xA7CC, 0xA7DA, 2, 1),
    (0xA7DC, 0xA7DC, 1, -42561),
    (0xA7F5, 0xA7F5, 1, 1),
    (0x104B0, 0x104D3, 1, 40),
    (0x10570, 0x1057A, 1, 39),
    (0x1057C, 0x1058A, 1, 39),
    (0x1058C, 0x10592, 1, 39),
    (0x10594, 0x10595, 1, 39),
    (0x10C80, 0x10CB2, 1, 64),
    (0x10D50, 0x10D65, 1, 32),
    (0x118A0, 0x118BF, 1, 32),
    (0x16E40, 0x16E5F, 1, 32),
    (0x16EA0, 0x16EB8, 1, 27),
    (0x1E900, 0x1E921, 1, 34),
)
RECENT: Final[Mapping[str, str]] = {
    chr(code): chr(code + distance)
    for first, last, step, distance in _RECENT_RANGES
    for code in range(first, last + 1, step)
}
"""The capitals that Unicode has had since version 6.1, up to 17.0, each with its small letter.

Python, databases and their libraries know them as far as they are new enough, and all know the older ones.
"""
_RECENT_SMALL: Final = frozenset(RECENT.values())
_UNKNOWN: Final = {ord(capital): small for capital, small in RECENT.items() if capital.lower() == capital}
"""The capitals that this version of Python does not know."""
_UNKNOWN_CHARACTERS: Final = frozenset(map(chr, _UNKNOWN))


def fold(text: str) -> str:
    """The simple lower case of each code point, the same on every engine.

    It is not the full case folding of Unicode: ``ß`` stays ``ß``, and accents count. The two small sigmas are equal.
    The letters are those of Unicode 17, whatever version Python has.
    """
    if text.isascii():
        return text.lower()
    folded = text.replace("İ", "i").lower().replace("ς", "σ")
    # A character that Python does not know is not printable. This is asked first because it is fast.
    return folded if folded.isprintable() or _UNKNOWN_CHARACTERS.isdisjoint(folded) else folded.translate(_UNKNOWN)


def recent_pairs(*folded: str) -> dict[str, str]:
    """The recent capitals of the letters in folded texts, each with its small letter."""
    letters = _RECENT_SMALL.intersection("".join([text for text in folded if not text.isascii()]))
    return {capital: small for capital, small in RECENT.items() if small in letters} if letters else {}


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
