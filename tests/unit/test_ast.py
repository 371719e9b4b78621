"""The trees: what their constructors keep true, whoever calls them."""

from __future__ import annotations

import pytest

import qlause


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a:1 OR ()", "a:1"),
        ("() OR a:1 OR ()", "a:1"),
        ("() OR ()", "()"),
        ("a:1 () b:2", "a:1 AND () AND b:2"),
        ("a:(1,())", "a:1"),
        ("a:((),())", "a:()"),
        ("a:(() OR >1 AND <2)", "a:(>1 AND <2)"),
        ("NOT (() OR a:1)", "NOT a:1"),
    ],
)
def test_an_empty_group_dissolves_in_an_or(text: str, canonical: str) -> None:
    assert str(qlause.parse(text)) == canonical
