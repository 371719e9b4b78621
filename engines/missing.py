"""The error of an engine that is not installed here."""

from __future__ import annotations

from unittest import SkipTest

__all__ = ["MissingEngineError"]


class MissingEngineError(SkipTest):
    """An engine, or the driver that reaches it, is not installed here.

    pytest and Hypothesis skip a test that raises a SkipTest. Where every engine is required, tests/conftest.py makes a
    failure of it.
    """

    def __init__(self, engine: str, remedy: str, *, required: bool = True) -> None:
        super().__init__(f"no {engine}: {remedy}")
        self.engine = engine
        self.required = required
        """Whether QLAUSE_REQUIRE_ENGINES asks for this engine too."""
