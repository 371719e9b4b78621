"""Whether a query selects a document."""

from __future__ import annotations

from typing import Any

import qlause
from qlause import python

__all__ = ["selects"]


def selects(q: str, document: object, **options: Any) -> bool:
    found = python.predicate(q, **options)(document)
    assert isinstance(found, bool)
    assert python.predicate(~qlause.parse(q), **options)(document) is not found
    return found
