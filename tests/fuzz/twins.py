"""The benign twin of a query: the same tree with harmless texts and keys in the place of the user's.

A twin keeps what a backend may look at: which texts are equal, which are numbers or dates, the letters beyond ASCII,
and whether a key needs an escape in JSON or, having a dot or a dollar sign, is none of MongoDB.
"""

from __future__ import annotations

import re
from typing import Any, Final

from qlause import Fields, Path, Query, Sort
from qlause.backends.sql.dialects.operands import is_plain_key
from qlause.syntax.lexical import segment_problem
from qlause.syntax.nodes import (
    And,
    Clause,
    Compare,
    Contains,
    ElemMatch,
    Equals,
    Exists,
    HasSize,
    IsEmpty,
    LiteralValue,
    Missing,
    Not,
    Null,
    Or,
    SortKey,
)
from qlause.values.fold import fold

__all__ = ["Twins"]

_INSIDE: Final = re.compile(r"(?<=[0-9A-Za-z])[-:.+](?=[0-9A-Za-z])")
"""What a date, a number or a UUID has between its digits."""


class Twins:
    """Makes twins, equal ones of equal texts."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self._has_bounds = False
        """Whether the query compares a text by its order."""

    @property
    def are_comparable(self) -> bool:
        """Whether different texts have different twins, so that a list keeps its length, and bounds their order."""
        return self._are_distinct and self._are_in_order

    @property
    def _are_distinct(self) -> bool:
        return all(
            len({form(twin) for twin in twins.values()}) == len({form(text) for text in twins})
            for twins in (self.texts, self.keys)
            for form in (str, fold)
        )

    @property
    def _are_in_order(self) -> bool:
        """Of two bounds in another order one may exclude the other: then a backend asks for nothing."""
        return not self._has_bounds or all(
            sorted(self.texts, key=form) == sorted(self.texts, key=lambda text: form(self.texts[text]))
            for form in (str, fold)
        )

    def query(self, query: Query) -> Query:
        """The twin of a query."""
        return Query(self._node(query.root))

    def sort(self, sort: Sort) -> Sort:
        """The twin of a sort."""
        return Sort(tuple(SortKey(self._path(key.path), key.descending) for key in sort.keys))

    def fields(self, fields: Fields) -> Fields:
        """The twin of a projection."""
        return Fields(tuple(map(self._path, fields.paths)))

    def _node(self, node: Any) -> Any:
        match node:
            case And() | Or():
                return type(node)(tuple(map(self._node, node.items)))
            case Not():
                return Not(self._node(node.item))
            case Clause():
                return Clause(self._path(node.path), self._node(node.test))
            case Equals():
                return Equals(self._literal(node.literal))
            case Compare():
                self._has_bounds = True
                return Compare(node.comparator, self._literal(node.literal))
            case Contains():
                return Contains(self._text(node.text), node.starts, node.ends)
            case ElemMatch():
                return ElemMatch(self._node(node.node))
            case HasSize():
                return HasSize(self._node(node.test))
            case None | Exists() | Missing() | Null() | IsEmpty():
                return node
            case _:
                raise TypeError(f"a twin of {type(node).__name__} is not known")

    def _literal(self, literal: LiteralValue) -> LiteralValue:
        return literal if literal.bare else LiteralValue(self._text(literal.text))

    def _text(self, text: str) -> str:
        return self.texts.setdefault(text, _harmless(text, "x"))

    def _path(self, path: Path) -> Path:
        return Path(tuple(map(self._key, path.segments)))

    def _key(self, key: str) -> str:
        if key not in self.keys:
            twin = _harmless(key, "x" if is_plain_key(key) else "é", kept=".$")
            # A key of digits alone is none.
            self.keys[key] = key if segment_problem(twin) else twin
        return self.keys[key]


def _harmless(text: str, other: str, kept: str = "\0") -> str:
    """The text with a letter for each character of ASCII that is neither a letter nor a digit nor part of a number."""
    inside = {match.start() for match in _INSIDE.finditer(text)}
    return "".join(
        letter if letter.isalnum() or not letter.isascii() or letter in kept or index in inside else other
        for index, letter in enumerate(text)
    )
