"""Parameters of ClickHouse, which show their types in the text: what a value's type is called, and how it is written.

The types come from the Python types of the values, never from what a value is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

__all__ = ["type_name", "written"]

_TYPES: Final = ((str, "String"), (bool, "Bool"), (int, "Int64"), (float, "Float64"), (date, "Date32"), (UUID, "UUID"))
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n"})
_QUOTED: Final = str.maketrans({"\\": "\\\\", "'": "\\'"})


def type_name(value: Any) -> str:
    """What a value's type is called. A list is of the type of its first item. Raises ValueError for other types."""
    if isinstance(value, list):
        return f"Array({type_name(value[0])})"
    for kind, name in _TYPES:
        if isinstance(value, kind) and not isinstance(value, datetime):
            return name
    raise ValueError(f"a parameter of ClickHouse cannot be of the type {type(value).__name__}")


def written(value: Any) -> str:
    """A value as the text that the server reads back as it."""
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if isinstance(value, list):
        return f"[{','.join([_item(each) for each in value])}]"
    return str(value)


def _item(value: Any) -> str:
    return f"'{value.translate(_QUOTED)}'" if isinstance(value, str) else written(value)
