"""Every example in a docstring is run as it stands."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import qlause
from engines.missing import NotInstalledError, import_optional

NOT_HERE = ("qlause.testing.", "qlause.__main__")  # tests/properties/test_strategies.py runs those of the strategies
MODULES = [
    found.name for found in pkgutil.walk_packages(qlause.__path__, "qlause.") if not found.name.startswith(NOT_HERE)
]
NAMED = ("errors", "python", "schema.schema", "listing.listing", "sql")
OPTIONAL = {"fastapi", "flask", "litestar", "pyarrow", "rest_framework", "starlette", "uvicorn"}
NAMES = {name: getattr(qlause, name) for name in qlause.__all__}


def _imported(name: str) -> ModuleType:
    """A module. Raises NotInstalledError if it needs a package that is not installed."""
    if "django" in name or "drf" in name:
        import_optional("examples.shop", "Django", "pip install django").setup()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in OPTIONAL:
            raise NotInstalledError(str(error.name), "pip install -e '.[dev]'") from None
        raise


@pytest.mark.parametrize("name", ["qlause", *MODULES])
def test_examples_do_what_the_docstring_says(name: str) -> None:
    module = _imported(name)
    assert not doctest.testmod(module, extraglobs=NAMES, optionflags=doctest.ELLIPSIS).failed


def test_docstrings_have_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in NAMED for test in finder.find(importlib.import_module(f"qlause.{name}")) if test.examples]
    assert len(found) >= 10
