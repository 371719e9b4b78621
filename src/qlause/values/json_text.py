"""Values of columns of JSON: some drivers return the text, others the value."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["ParsedText", "json_value"]


class ParsedText(str):
    """A text that is a value of JSON already: the JSON of the column is a string."""

    __slots__ = ()


def json_value(value: Any) -> Any:
    """The value of what a driver returns for a column of JSON. Text that is no JSON is itself."""
    if isinstance(value, ParsedText):
        return str(value)
    if not isinstance(value, str | bytes | bytearray):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
