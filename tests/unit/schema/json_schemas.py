"""JSON Schemas of the tests, and what the library reads in one."""

from __future__ import annotations

from typing import Any

from qlause import Schema

__all__ = ["INTEGER", "PIN", "STRING", "kinds"]


def kinds(properties: dict[str, Any], **rest: Any) -> dict[str, str]:
    """Each declared path with its type, an array with [], an open object with *, what may be null with ?.

    The properties are required unless ``rest`` says otherwise.
    """
    schema = Schema.from_json_schema({"type": "object", "properties": properties, "required": [*properties], **rest})
    return {
        str(path): field.type + "[]" * field.array + "*" * field.open + "?" * field.nullable for path, field in schema
    }


STRING = {"type": "string"}
INTEGER = {"type": "integer"}
PIN = {"type": "string", "writeOnly": True}
