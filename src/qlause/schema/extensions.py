"""What a model says of its fields to qlause: ``x-qlause`` of a JSON Schema, ``qlause`` in the metadata of Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from .permissions import PERMISSIONS

__all__ = ["IN_JSON_SCHEMA", "IN_PYTHON", "extension_in", "merged_extensions"]

IN_JSON_SCHEMA: Final = "x-qlause"
IN_PYTHON: Final = "qlause"
_SPELLINGS: Final = frozenset({"qlause", "x-qlause", "xqlause"})


def extension_in(said: Mapping[Any, Any], key: str, where: str) -> Mapping[str, Any]:
    """The mapping under ``key``; an empty one if there is no such key.

    Raises ValueError if it is not a mapping, and if the key is spelled as elsewhere: ``qlause`` instead of ``x-qlause``
    would be ignored.
    """
    for other in said:
        if isinstance(other, str) and other != key and other.casefold().replace("_", "-") in _SPELLINGS:
            raise ValueError(f"{other} of {where} has no effect: write {key}")
    extension = said.get(key, {})
    if not isinstance(extension, Mapping):
        raise ValueError(f"{key} of {where} is an object, not {extension!r}")
    return extension


def merged_extensions(extensions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Combine what several schemas say about one value.

    What one of them denies is denied, and only the operators that all of them list are allowed. Of any other attribute,
    the last value counts.
    """
    declared = list(extensions)
    merged: dict[str, Any] = {name: value for each in declared for name, value in each.items()}
    merged |= {name: False for each in declared for name in PERMISSIONS if each.get(name) is False}
    operators = [
        each["operators"] for each in declared if isinstance(each.get("operators"), Sequence | frozenset | set)
    ]
    if len(operators) > 1:
        merged["operators"] = [name for name in operators[0] if all(name in others for others in operators)]
    return merged
