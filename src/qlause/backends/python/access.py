"""How the Python backend reads documents: keys, attributes and arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

__all__ = [
    "MISSING",
    "attribute",
    "attribute_names",
    "is_array",
    "is_object",
    "item",
    "own_name",
    "plain",
    "require_document",
]


class _Missing:
    """The value of a path that reaches nothing."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
_TEXTS: Final = (str, bytes, bytearray, memoryview)
_PLAIN: Final = (*_TEXTS, int, float, complex, Decimal, date, time, timedelta, UUID)
_ARRAYS: Final = (list, tuple, AbstractSet, Sequence)  # the last two are those of ORMs, and deques
_NO_ARRAYS: Final = frozenset({str, int, float, bool, type(None), dict, datetime, date, time, Decimal, UUID})
_AMBIGUOUS: Final = ""


def is_array(value: Any) -> bool:
    """Whether a value is an array: a list, tuple, set or the like; no text and no bytes."""
    return type(value) not in _NO_ARRAYS and isinstance(value, _ARRAYS) and not isinstance(value, _TEXTS)


def item(node: Any, key: str) -> Any:
    """The value of a key if the node is a Mapping; else MISSING."""
    if isinstance(node, Mapping):
        return node.get(key, MISSING)
    return item(node.value, key) if isinstance(node, Enum) else MISSING


def attribute(node: Any, key: str) -> Any:
    """The value of a key of a Mapping, or of a public attribute of another object, methods aside; else MISSING."""
    if isinstance(node, Mapping):
        return node.get(key, MISSING)
    node = plain(node)
    if isinstance(node, Mapping):  # the value of a member of an Enum
        return node.get(key, MISSING)
    if not _has_attributes(node) or key.startswith("_"):
        return MISSING
    name = own_name(node, key)
    try:
        value = getattr(node, name, MISSING)
    except Exception:  # a property may raise anything, which says nothing of the query
        return MISSING
    return MISSING if callable(value) else value


def attribute_names(node: Any) -> list[str]:
    """The names of the public attributes that an object stores, in ``__dict__`` and in slots."""
    if not _has_attributes(node):
        return []
    names = [*getattr(node, "__dict__", ())]
    for kind in reversed(type(node).__mro__):
        slots = kind.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


def own_name(node: Any, key: str) -> str:
    """The attribute that a public key names: of an object of pydantic by any of its aliases, else by its own name.

    Raises TypeError for the alias of two fields, one of which is read and one written by it.
    """
    kind: Any = type(node)
    if not hasattr(kind, "__pydantic_decorators__"):
        return key
    name = _names_by_alias(kind).get(key, key)
    if name == _AMBIGUOUS:
        raise TypeError(
            f"{key} is the alias of two fields of {kind.__name__}: attributes=True cannot tell which is meant"
        )
    return name


@lru_cache(maxsize=256)
def _names_by_alias(kind: Any) -> Mapping[str, str]:
    """The fields of a class of pydantic by each of their aliases, which come before names."""
    computed = kind.__pydantic_decorators__.computed_fields
    described = {**kind.__pydantic_fields__, **{name: decorator.info for name, decorator in computed.items()}}
    names: dict[str, str] = {}
    for name, info in described.items():
        for alias in {*_aliases(info)}:
            names[alias] = _AMBIGUOUS if alias in names else name
    return names


def _aliases(info: Any) -> Iterator[str]:
    """The aliases of a field that are keys, in reading and in writing."""
    for attribute_of_info in ("alias", "validation_alias", "serialization_alias"):
        alias = getattr(info, attribute_of_info, None)
        yield from (choice for choice in getattr(alias, "choices", (alias,)) if isinstance(choice, str))


def plain(value: Any) -> Any:
    """The value of a member of an Enum; every other value itself."""
    return value.value if isinstance(value, Enum) else value


def is_object(value: Any, attributes: bool) -> bool:
    """Whether a value is an object with keys: a mapping or, with ``attributes``, another object."""
    value = plain(value)
    return isinstance(value, Mapping) or (attributes and _has_attributes(value))


def require_document(value: Any, attributes: bool) -> None:
    """Raise TypeError for a value that is no document: a mapping or, with ``attributes``, another object."""
    if is_object(value, attributes):
        return
    hint = "; attributes=True reads the attributes of objects" if _has_attributes(value) and not attributes else ""
    raise TypeError(f"a document must be a mapping, not {type(value).__name__}{hint}")


def _has_attributes(node: Any) -> bool:
    return node is not None and node is not MISSING and not isinstance(node, _PLAIN) and not is_array(node)
