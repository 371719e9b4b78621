"""Every example in a docstring is run as it stands."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import qlause

NOT_HERE = ("qlause.testing.", "qlause.__main__")  # tests/properties/test_strategies.py runs those of the strategies
MODULES = [
    found.name for found in pkgutil.walk_packages(qlause.__path__, "qlause.") if not found.name.startswith(NOT_HERE)
]
NAMES = {name: getattr(qlause, name) for name in qlause.__all__}


@pytest.mark.parametrize("name", ["qlause", *MODULES])
def test_examples_do_what_the_docstring_says(name: str) -> None:
    module = importlib.import_module(name)
    assert not doctest.testmod(module, extraglobs=NAMES, optionflags=doctest.ELLIPSIS).failed


def test_docstrings_have_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 10
