"""The error of an engine or a tool that is not installed here."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any
from unittest import SkipTest

__all__ = ["NotInstalledError", "import_optional", "is_importable"]


class NotInstalledError(SkipTest):
    """An engine, the driver that reaches it, or a tool is not installed here.

    pytest and Hypothesis skip a test that raises a SkipTest. Where everything is required, tests/conftest.py makes a
    failure of it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"no {what}: {remedy}")
        self.what = what


def import_optional(module: str, what: str, remedy: str) -> Any:
    """A module of a package that may be missing. Raises NotInstalledError where it is."""
    try:
        return import_module(module)
    except ImportError:
        raise NotInstalledError(what, remedy) from None


def is_importable(*modules: str) -> bool:
    """Whether all these top-level modules are installed; none is loaded."""
    return all(find_spec(module) is not None for module in modules)
