"""Who may use what, in a JSON Schema: ``writeOnly``, and the permissions and operators of ``x-qlause``.

What is said about access is understood or refused, never passed over, and what is denied once stays denied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from .extensions import IN_JSON_SCHEMA, extension_in, merged_extensions
from .json_keywords import BY_NAME, DATA
from .permissions import HIDDEN, PERMISSIONS

__all__ = ["access_of_all", "denied_to_all", "refuse_unclear_access", "with_plain_access"]

_JsonSchema: TypeAlias = Mapping[str, Any]

_UNNAMED: Final = ("additionalProperties", "unevaluatedProperties", "patternProperties")
"""The keywords about keys that are not declared. No request can name these, and no result has them."""


def refuse_unclear_access(document: _JsonSchema) -> None:
    """Raise ValueError for ``writeOnly`` and for permissions that are neither true nor false, wherever they are."""
    for schema, where in _schemas(document):
        declared: dict[str, Any] = {"writeOnly": schema.get("writeOnly", False)}
        extra = extension_in(schema, IN_JSON_SCHEMA, where)
        declared |= {permission: extra[permission] for permission in PERMISSIONS if permission in extra}
        for name, value in declared.items():
            if not isinstance(value, bool):
                raise ValueError(f"{name} at {where} must be true or false, not {value!r}")


def _schemas(document: _JsonSchema) -> Iterator[tuple[_JsonSchema, str]]:
    """Every schema in a document, and where it is."""
    seen: set[int] = set()
    waiting: list[tuple[Any, str]] = [(document, "#")]
    while waiting:
        part, where = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, list | tuple):
            waiting += [(item, f"{where}/{index}") for index, item in enumerate(part)]
        elif isinstance(part, Mapping):
            yield part, where
            for keyword, value in part.items():
                if keyword in BY_NAME and isinstance(value, Mapping):
                    waiting += [(schema, f"{where}/{keyword}/{name}") for name, schema in value.items()]
                elif keyword not in DATA and keyword != IN_JSON_SCHEMA:
                    waiting.append((value, f"{where}/{keyword}"))


def with_plain_access(schema: _JsonSchema) -> _JsonSchema:
    """A schema that says ``writeOnly`` as permissions, so that others of the same value cannot grant them.

    The ``x-qlause`` beside it can, because the same author says both at once.
    """
    if not schema.get("writeOnly"):
        return schema
    plain = {key: value for key, value in schema.items() if key != "writeOnly"}
    return {**plain, "x-qlause": {**HIDDEN, **schema.get("x-qlause", {})}}


def access_of_all(schemas: Sequence[_JsonSchema]) -> dict[str, Any]:
    """The ``x-qlause`` of schemas that all speak of one value."""
    declared = [schema[IN_JSON_SCHEMA] for schema in schemas if schema.get(IN_JSON_SCHEMA)]
    return {IN_JSON_SCHEMA: merged_extensions(declared)} if declared else {}


def denied_to_all(root: _JsonSchema, hides: Callable[[Any], bool]) -> dict[str, bool]:
    """The permissions that the schema of a whole document denies to all of its fields.

    Raises ValueError for what else ``x-qlause`` says there, and for a part that hides something but is not read.
    """
    denied: dict[str, bool] = {}
    for name, value in root.get("x-qlause", {}).items():
        if name not in PERMISSIONS:
            raise ValueError(f"x-qlause of a whole document takes {', '.join(PERMISSIONS)}, not {name}")
        denied[name] = value
    known = ("properties", "items", "x-qlause", *_UNNAMED)
    rest = {key: value for key, value in root.items() if key not in known}
    named = root.get("properties", {})
    rest["patternProperties"] = {
        pattern: schema
        for pattern, schema in root.get("patternProperties", {}).items()
        if any(re.search(pattern, name) for name in named)
    }
    if hides(rest):
        raise ValueError("the JSON Schema hides a part of a document that is no property; hide the properties in it")
    return {name: value for name, value in denied.items() if not value}
