"""The fold of rule 8."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from qlause.testing import VOCABULARY
from qlause.values.fold import RECENT, fold, recent_pairs, unfold
from tests.profiles import THOROUGH

from . import reference_values

CODE_POINTS = sys.maxunicode + 1 if THOROUGH else 0x20000  # no letter beyond has a lower case


def test_each_code_point_has_its_simple_lower_case() -> None:
    for code in range(CODE_POINTS):
        character = chr(code)
        wanted = reference_values.fold(character)
        assert len(wanted) == 1
        assert fold(character) == wanted, hex(code)
        assert fold(wanted) == wanted, hex(code)
        # Whatever stands around it: no rule of a language, no final sigma.
        assert fold(f"a{character}") == f"a{wanted}", hex(code)
        assert fold(f"Σ{character}Σ") == f"σ{wanted}σ", hex(code)


def test_the_recent_capitals_are_those_that_this_python_knows_and_newer_ones() -> None:
    for capital, small in RECENT.items():
        assert capital.lower() == small or not capital.isprintable()
        assert small == reference_values.fold(capital)


@given(st.lists(st.sampled_from(sorted(RECENT.values())) | VOCABULARY.texts))
def test_the_pairs_of_a_text_are_the_recent_capitals_of_its_letters(texts: list[str]) -> None:
    pairs = recent_pairs(*texts)
    assert pairs == {capital: small for capital, small in RECENT.items() if small in "".join(texts)}


def test_unfold_is_the_way_back() -> None:
    found: dict[str, str] = {}
    for code in (*range(0xD800), *range(0xE000, CODE_POINTS)):
        found[fold(chr(code))] = found.get(fold(chr(code)), "") + chr(code)
    for folded, characters in found.items():
        assert set(unfold(folded)) == set(characters)
        assert unfold(folded)[0] == folded


@given(st.lists(VOCABULARY.texts).map("".join) | st.text())
def test_a_text_is_folded_by_code_point(text: str) -> None:
    assert fold(text) == "".join(map(fold, text)) == reference_values.fold(text)
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) == len(text)
