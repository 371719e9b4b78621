"""The operators of filters, one row each: a Field permits them by name, errors speak of them by their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

__all__ = ["ARRAY", "EMPTY", "EQUALITY", "OPERATORS", "ORDERED", "TEXT", "Operator", "OperatorDefinition"]

Operator: TypeAlias = Literal["equals", "compare", "contains", "starts_with", "ends_with", "size", "empty", "presence"]
"""The names of the operators, for type checkers, which cannot read the table. ``~^x$`` counts as ``starts_with``."""


class OperatorDefinition(NamedTuple):
    """One operator."""

    name: Operator
    """The permission, as in ``Field(operators={"equals"})``."""
    written: str
    """A clause with it, about the field ``name``; ``{}`` stands for the value."""
    words: str
    """What an error calls it, after "does not take" and "it takes"."""


_ROWS: Final = (
    OperatorDefinition("equals", "name:{}", "a plain value"),
    OperatorDefinition("compare", "name:>={}", "> >= < <="),
    OperatorDefinition("contains", "name:~{}", "~"),
    OperatorDefinition("starts_with", "name:~^{}", "~^"),
    OperatorDefinition("ends_with", "name:~{}$", "~…$"),
    OperatorDefinition("size", "name:size(3)", "size(…)"),
    OperatorDefinition("empty", "name:empty()", "empty()"),
    OperatorDefinition("presence", "name:exists", "exists, missing and null"),
)
OPERATORS: Final[Mapping[Operator, OperatorDefinition]] = {definition.name: definition for definition in _ROWS}
"""Every operator by its name, in the order in which errors list them."""

EQUALITY: Final[frozenset[Operator]] = frozenset({"equals", "presence"})
"""The operators of values that are only equal or not."""
ORDERED: Final[frozenset[Operator]] = EQUALITY | {"compare"}
"""The operators of values that have an order."""
EMPTY: Final[frozenset[Operator]] = frozenset({"empty"})
"""The operator of values that may be an empty text, array or object."""
ARRAY: Final[frozenset[Operator]] = EMPTY | {"size"}
"""The operators that any array has beside those of its elements."""
TEXT: Final[frozenset[Operator]] = EQUALITY | {"contains", "starts_with", "ends_with"}
"""The operators of text, without an order."""
