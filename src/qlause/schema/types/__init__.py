"""The field types, one module each, and the table of them. May import syntax, values and errors; never ``bound``.

To add a type, write:

1. A module here with one :class:`TypeDefinition`. ``definition.py`` says what each attribute means; most have a
   default. The reader returns :data:`Readings`: how a stored value is compared, natively or as text.
2. Its row in ``TYPES`` and its name in ``FieldType``, both below.
3. A sample in ``tests/unit/test_field_types.py``: a literal, and a stored value that it finds. The test then filters
   and sorts by the type on every backend, each of which answers or refuses with UnsupportedError.

That is all for a type that is stored as text, a number or a boolean. If native values of another Python class may be
stored, their kind is new, and these need a row each: ``values/kinds.py`` (its name, and words for ``qlause explain``),
``values/sort_values.py`` (its place in a sort), and every backend that can compare it.
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
from .uuid import UUID

__all__ = ["TYPES", "FieldType"]

FieldType: TypeAlias = Literal[
    "string",
    "integer",
    "number",
    "boolean",
    "date-time",
    "date",
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
    UUID,
    OBJECTID,
    ENUM,
    LOCALIZED,
    OBJECT,
    ANY,
)
TYPES: Final[Mapping[str, TypeDefinition]] = {definition.name: definition for definition in _ROWS}
"""Every field type by its name."""
