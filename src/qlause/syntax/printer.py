"""AST → canonical text: one spelling for each meaning, and ``parse(text)`` of it gives the same tree.

Strings are always quoted, only numbers, ``true`` and ``false`` that were written bare stay bare. AND is
always written, a list of values has commas, and no parentheses stand where precedence does not need them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import assert_never

from .lexical import is_name
from .nodes import (
    And,
    Clause,
    Compare,
    Contains,
    Equals,
    Exists,
    LiteralValue,
    Missing,
    Node,
    Not,
    Null,
    Or,
    Path,
    Test,
)

__all__ = ["keys_text", "path_text", "query_text"]

# Names that would be read as something else where a field may stand alone.
_RESERVED = frozenset({"AND", "OR", "NOT", "compoundLogicalQuery"})


def path_text(path: Path) -> str:
    """The path as q, sort and fields spell it: a segment that is no plain name is quoted."""
    return keys_text(path.segments)


def keys_text(keys: Iterable[str]) -> str:
    """The keys of a stored path, spelled as a path is; unlike its segments they may be any text."""
    return ".".join(key if is_name(key) and key not in _RESERVED else _quoted(key) for key in keys)


def query_text(node: Node | Test) -> str:
    """Canonical text of a clause, of a combination of clauses, or of the tests inside a clause."""
    match node:
        case Or(items=()):
            return "()"
        case Or(items=items):
            plain = all(isinstance(each, (Equals, Exists, Missing, Null)) for each in items)
            return ("," if plain else " OR ").join(map(query_text, items))
        case And(items=items):
            return " AND ".join(_enclosed(each) if isinstance(each, Or) else query_text(each) for each in items)
        case Not(item=item):
            return "NOT " + (_enclosed(item) if isinstance(item, (And, Or)) else query_text(item))
        case Clause(path=path, test=test):
            inner = _enclosed(test) if isinstance(test, (And, Or, Not)) else query_text(test)
            return f"{path_text(path)}:{inner}"
        case Equals(literal=literal):
            return _literal(literal)
        case Compare(comparator=comparator, literal=literal):
            return comparator + _literal(literal)
        case Contains(text=text, starts=starts, ends=ends):
            return "~" + "^" * starts + _quoted(text) + "$" * ends
        case Exists():
            return "exists"
        case Missing():
            return "missing"
        case Null():
            return "null"
        case _:
            assert_never(node)


def _enclosed(node: Node | Test) -> str:
    text = query_text(node)
    return text if node == Or(()) else f"({text})"


def _literal(literal: LiteralValue) -> str:
    return literal.text if literal.bare else _quoted(literal.text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
