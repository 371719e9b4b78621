"""How the Python backend reads documents: keys, attributes and arrays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

__all__ = ["ARRAYS", "MISSING", "attribute", "attribute_names", "item", "plain"]


class _Missing:
    """The value of a path that reaches nothing."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
ARRAYS: Final = (list, tuple)
_PLAIN: Final = (str, bytes, int, float, complex, Decimal, date, time, timedelta, UUID, list, tuple, set, frozenset)


def item(node: Any, key: str) -> Any:
    """The value of a key if the node is a Mapping; else MISSING."""
    return node.get(key, MISSING) if isinstance(node, Mapping) else MISSING


def attribute(node: Any, key: str) -> Any:
    """The value of a key of a Mapping, or of a public attribute of another object, methods aside; else MISSING."""
    if isinstance(node, Mapping):
        return node.get(key, MISSING)
    if node is None or node is MISSING or isinstance(node, _PLAIN) or key.startswith("_"):
        return MISSING
    try:
        value = getattr(node, key, MISSING)
    except Exception:  # a property may raise anything, and a predicate never raises
        return MISSING
    return MISSING if callable(value) else value


def attribute_names(node: Any) -> list[str]:
    """The names of the public attributes that an object stores, in ``__dict__`` and in slots."""
    if isinstance(node, _PLAIN):
        return []
    names = [*getattr(node, "__dict__", ())]
    for kind in reversed(type(node).__mro__):
        slots = kind.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def plain(value: Any) -> Any:
    """The value of a member of an Enum; every other value itself."""
    return value.value if isinstance(value, Enum) else value
