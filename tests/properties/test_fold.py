"""The fold of rule 8."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from qlause.fold import fold
from qlause.testing import VOCABULARY

from . import reference


def test_each_code_point_has_its_simple_lower_case() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        lower = character.lower()
        wanted = {"İ": "i", "ς": "σ"}.get(character, lower)
        assert len(wanted) == 1
        assert fold(character) == wanted, hex(code)
        assert fold(wanted) == wanted, hex(code)
        # Whatever stands around it: no rule of a language, no final sigma.
        assert fold(f"a{character}") == f"a{wanted}", hex(code)
        assert fold(f"Σ{character}Σ") == f"σ{wanted}σ", hex(code)


@given(st.lists(VOCABULARY.texts).map("".join) | st.text())
def test_a_text_is_folded_by_code_point(text: str) -> None:
    assert fold(text) == "".join(map(fold, text)) == reference.fold(text)
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) == len(text)
