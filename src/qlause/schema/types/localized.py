"""``localized``: a map from language to text, as in ``{"en": "Milk", "fr": "Lait"}``."""

from __future__ import annotations

from typing import Final

from ..operators import EMPTY, ORDERED, TEXT
from .definition import TypeDefinition
from .string import read_string

__all__ = ["LOCALIZED"]

LOCALIZED: Final = TypeDefinition(
    name="localized",
    words="text",
    operators=TEXT | ORDERED | EMPTY,
    read=read_string,
    attribute="languages",
    by_language=True,
)
