"""Known words, and which of them is most similar to another: what "did you mean" asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Final

__all__ = ["Vocabulary", "did_you_mean"]

_LONGEST: Final = 64  # characters of a word that is compared
_COMPARED: Final = 32  # words that are compared letter by letter
_LOOKED_AT: Final = 4_000  # words that are looked at because they share a pair of letters


class Vocabulary:
    """Words that a hint may name.

    To compare a word with thousands takes longer than a request may. So the words are found by the pairs of letters
    that they share with it, the rarest pairs first, and only the best of them are compared.

    Args:
        words: The words. Of two that differ in case only, the first is named.

    Example:
        >>> Vocabulary(["name", "surname"]).nearest("Nmae")
        'name'

    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[str, str] = {}
        for word in words:
            self._words.setdefault(word.lower(), word)

    @cached_property
    def _by_pair(self) -> dict[tuple[str, str], list[str]]:
        """The words that have a pair of neighbouring letters."""
        index: dict[tuple[str, str], list[str]] = {}
        for word in self._words:
            for pair in set(pairwise(word)):
                index.setdefault(pair, []).append(word)
        return index

    def nearest(self, word: str) -> str | None:
        """The word that is most similar.

        Args:
            word: What somebody wrote.

        Returns:
            The known word, or None if none is similar.

        """
        if len(word) > _LONGEST:
            return None
        from difflib import get_close_matches  # only a text that is refused needs it

        nearest = get_close_matches(word.lower(), self._candidates(word.lower()), n=1, cutoff=0.6)
        return self._words[nearest[0]] if nearest else None

    def _candidates(self, word: str) -> list[str]:
        if len(self._words) <= _COMPARED:
            return list(self._words)
        if word in self._words:
            return [word]
        sharing = sorted([self._by_pair.get(pair, []) for pair in set(pairwise(word))], key=len)
        counts: Counter[str] = Counter()
        looked_at = 0
        for words in sharing:
            looked_at += len(words)
            if counts and looked_at > _LOOKED_AT:
                break
            counts.update(words[:_LOOKED_AT])
        # Of those that share as many, the words of the same length are the nearest.
        ranked = sorted(counts, key=lambda known: (2 * counts[known] / (len(known) + len(word)), known), reverse=True)
        return ranked[:_COMPARED]


def did_you_mean(word: str, known: Iterable[str] | Vocabulary) -> str | None:
    """The hint with the known word that is most similar to ``word``, or None if none is similar."""
    nearest = (known if isinstance(known, Vocabulary) else Vocabulary(known)).nearest(word)
    return None if nearest is None else f"did you mean {nearest}?"
