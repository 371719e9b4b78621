"""How many documents have each value of a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import orjson

from ..input.json_codec import NumberText, encode_json
from ..input.reader import Document

__all__ = ["ValueCounts"]

_Keys: TypeAlias = tuple[str, ...]
_Identity: TypeAlias = tuple[int, Any]
"""The rank of a type in a sort, and what is equal for equal values of the type."""


class ValueCounts:
    """Counts the values of a field: of an array each element, and null for a document that has none.

    1 and 1.0 are one value; 1, "1" and true are three. The field is counted where it is stored, and shown by its public
    path.
    """

    def __init__(self, stored: _Keys, public: _Keys) -> None:
        self._stored = stored
        self._public = public
        self._name = "documents" if public[0] == "count" else "count"
        self._counts: dict[_Identity, int] = {}
        self._values: dict[_Identity, Any] = {}

    @property
    def columns(self) -> list[_Keys]:
        """The paths of the field and of the count in the documents."""
        return [self._public, (self._name,)]

    def values_of(self, document: Document) -> dict[_Identity, Any]:
        """The values of one document, each once."""
        return {_identity(value): value for value in _values_at(document, self._stored)}

    def add(self, values: Mapping[_Identity, Any]) -> None:
        """Count the values of one document."""
        for identity, value in values.items():
            self._counts[identity] = self._counts.get(identity, 0) + 1
            self._values.setdefault(identity, value)

    def documents(self) -> Iterator[Document]:
        """A document for each value, the most frequent one first; values with equal counts are sorted."""
        for identity, count in sorted(self._counts.items(), key=lambda item: (-item[1], item[0])):
            value = self._values[identity]
            for key in reversed(self._public):
                value = {key: value}
            yield {**value, self._name: count}


def _values_at(value: Any, keys: _Keys) -> list[Any]:
    """The values that a path reaches, elements of arrays one by one (rules 2 and 3). None where there are none."""
    values = [value]
    for key in keys:
        objects = [item for value in values for item in (value if isinstance(value, list) else (value,))]
        values = [item[key] for item in objects if isinstance(item, dict) and key in item]
    return [item for value in values for item in (value if isinstance(value, list) else (value,))] or [None]


def _identity(value: Any) -> _Identity:
    match value:
        case None:
            return 0, None
        case NumberText():
            return 1, orjson.loads(str(value))  # it takes no subclass
        case bool():
            return 3, value
        case int() | float():
            return 1, value
        case str():
            return 2, value
        case _:
            return 5, encode_json(value)
