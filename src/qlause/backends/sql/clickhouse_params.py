"""Parameters of ClickHouse, whose types are part of the SQL: the name of a value's type, and the text of a value.

The type depends on the Python type of a value alone, never on the value itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

__all__ = ["as_text", "type_name"]

_TYPES: Final = ((str, "String"), (bool, "Bool"), (int, "Int64"), (float, "Float64"), (date, "Date32"), (UUID, "UUID"))
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n"})
_QUOTED: Final = str.maketrans({"\\": "\\\\", "'": "\\'"})


def type_name(value: Any) -> str:
    """The name of a value's type; a list has the type of its first item. Raises ValueError for types without a name."""
    if isinstance(value, list):
        return f"Array({type_name(value[0])})"
    for kind, name in _TYPES:
        if isinstance(value, kind) and not isinstance(value, datetime):
            return name
    raise ValueError(f"a parameter of ClickHouse cannot be of the type {type(value).__name__}")


def as_text(value: Any) -> str:
    """The text that the server reads as the value."""
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if isinstance(value, list):
        return f"[{','.join([_item(item) for item in value])}]"
    return str(value)


def _item(value: Any) -> str:
    return f"'{value.translate(_QUOTED)}'" if isinstance(value, str) else as_text(value)
