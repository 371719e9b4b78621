"""The fold of rule 8."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from qlause.testing import VOCABULARY
from qlause.values.fold import fold, unfold
from tests.profiles import THOROUGH

from . import reference_values

CODE_POINTS = sys.maxunicode + 1 if THOROUGH else 0x20000  # no letter beyond has a lower case


def test_each_code_point_has_its_simple_lower_case() -> None:
    for code in range(CODE_POINTS):
        character = chr(code)
        lower = character.lower()
        wanted = {"İ": "i", "ς": "σ"}.get(character, lower)
        assert len(wanted) == 1
        assert fold(character) == wanted, hex(code)
        assert fold(wanted) == wanted, hex(code)
        # Whatever stands around it: no rule of a language, no final sigma.
        assert fold(f"a{character}") == f"a{wanted}", hex(code)
        assert fold(f"Σ{character}Σ") == f"σ{wanted}σ", hex(code)


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
