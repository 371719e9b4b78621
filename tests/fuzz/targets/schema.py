"""JSON Schema: a document gives a Schema or a ValueError, and what is hidden in it stays so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from qlause import QlauseError, Schema, bind, bind_fields, bind_sort, python

__all__ = ["check"]

_HIDDEN: Final = "q7hidden"
"""The name of a property that is hidden wherever it is added."""


def check(data: bytes) -> None:
    """Make a schema of a document of JSON, and ask for each field of it."""
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        _check(document)


def _check(document: dict[str, Any]) -> None:
    schema = _schema(document)
    if schema is None:
        return
    for path, field in list(schema)[:50]:
        for parameter, text, binds in (
            ("filterable", f"{path}:exists", bind),
            ("sortable", str(path), bind_sort),
            ("projectable", str(path), bind_fields),
        ):
            code = _refusal(binds, text, schema)
            if getattr(field, parameter) and field.public:
                assert code != "unknown_field", text
            elif not getattr(field, parameter):
                assert code is not None, text
    python.projector("", schema=schema)({"a": {"b": [1, {"a": "x"}]}, "b": None})
    json.dumps(schema.to_json_schema())
    _check_hidden(document)


def _check_hidden(document: dict[str, Any]) -> None:
    """One more property, which is ``writeOnly``, is out of reach."""
    properties = document.get("properties")
    if not isinstance(properties, dict):
        return
    more = {**document, "properties": {**properties, _HIDDEN: {"type": "string", "writeOnly": True}}}
    schema = _schema(more)
    if schema is None:
        return
    for text, binds in ((f"{_HIDDEN}:exists", bind), (_HIDDEN, bind_sort), (_HIDDEN, bind_fields)):
        assert _refusal(binds, text, schema) is not None, text
    assert _HIDDEN not in python.projector("", schema=schema)({_HIDDEN: "secret", "a": 1})


def _schema(document: dict[str, Any]) -> Schema | None:
    try:
        return Schema.from_json_schema(document)
    except ValueError:
        return None


def _refusal(binds: Callable[..., Any], text: str, schema: Schema) -> str | None:
    """The code of the error for a text; None if it is accepted."""
    try:
        binds(text, schema=schema)
    except QlauseError as error:
        return error.code
    return None
