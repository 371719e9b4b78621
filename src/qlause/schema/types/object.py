"""``object``: a JSON object. Its fields are declared below it, or it is open."""

from __future__ import annotations

from typing import Final

from ..operators import EMPTY
from .definition import TypeDefinition

__all__ = ["OBJECT"]

OBJECT: Final = TypeDefinition(
    name="object",
    words="an object",
    operators=EMPTY | {"presence"},
    attribute="open",
    ordered=False,
)
