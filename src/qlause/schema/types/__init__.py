"""The field types: one module per type, and the table of them. It may import what ``schema`` may, never ``bound``.

To add a type, write:

1. A module here with one ``TypeDefinition``. ``definition.py`` describes its attributes; most have a default. Its
   reader turns a literal into readings (see ``reading.py``): what is compared with a stored value, and how. Where no
   storage is declared, return a reading as text for every literal: a literal that only a native value could meet is
   refused by engines without native values.
2. Its row in ``TYPES`` and its name in ``FieldType``, both below.
3. A sample in ``tests/unit/schema/test_field_types.py``: a literal, and stored values that it matches. The test then
   filters and sorts by the type on every backend, each of which answers or refuses with UnsupportedError.
4. Its values in ``qlause/testing``, where mypy names the places, so that random queries use it.

The library needs nothing more for a type whose values are stored as text, numbers or booleans.

If values of another Python class may be stored natively (``datetime.time`` for the type ``time``), also write:

5. Their kind in ``qlause/values/kinds.py``, which the type names as ``native``, and its words for ``qlause explain``.
6. Their rank and key in ``sort_value`` of ``qlause/values/sort_values.py``, and the way back in ``qlause/backends/sql/
   keyset.py``. Drivers that return another class are served by ``from_column`` of the type.
7. A row for the kind in each backend that can compare it. In SQL, a dialect that has a column type for it names the
   field type among its ``natives`` and writes a constant of it.

"Add a field type" in ``CONTRIBUTING.md`` lists every file, those of the tests and pages too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from .any import ANY
from .boolean import BOOLEAN
from .date import DATE
from .date_time import DATE_TIME
from .definition import TypeDefinition
from .enum import ENUM
from .integer import INTEGER
from .localized import LOCALIZED
from .number import NUMBER
from .object import OBJECT
from .objectid import OBJECTID
from .string import STRING
from .time import TIME
from .uuid import UUID

__all__ = ["TYPES", "FieldType"]

FieldType: TypeAlias = Literal[
    "string",
    "integer",
    "number",
    "boolean",
    "date-time",
    "date",
    "time",
    "uuid",
    "objectid",
    "enum",
    "localized",
    "object",
    "any",
]
"""The names of the types, for type checkers, which cannot read the table."""

_ROWS: Final[tuple[TypeDefinition, ...]] = (
    STRING,
    INTEGER,
    NUMBER,
    BOOLEAN,
    DATE_TIME,
    DATE,
    TIME,
    UUID,
    OBJECTID,
    ENUM,
    LOCALIZED,
    OBJECT,
    ANY,
)
TYPES: Final[Mapping[str, TypeDefinition]] = {definition.name: definition for definition in _ROWS}
"""Every field type by its name."""
