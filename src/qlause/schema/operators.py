"""What a filter can do with a field."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["EQUALITY", "ORDERED", "TEXT", "Operator"]

Operator: TypeAlias = Literal["equals", "compare", "contains", "starts_with", "ends_with", "presence"]
"""What a test does: ``equals`` is ``name:x`` and lists, ``compare`` is ``> >= < <=``, ``presence`` is exists, missing
and null; ``~x``, ``~^x`` and ``~x$`` are the other three (``~^x$`` counts as ``starts_with``)."""

EQUALITY: Final[frozenset[Operator]] = frozenset({"equals", "presence"})
"""The operators of values that are only equal or not."""
ORDERED: Final[frozenset[Operator]] = EQUALITY | {"compare"}
"""The operators of values that have an order."""
TEXT: Final[frozenset[Operator]] = EQUALITY | {"contains", "starts_with", "ends_with"}
"""The operators of text, without an order."""
