"""Notes on texts that are legal, but probably mean something else to who wrote them: wildcards, clauses in a phrase.

Stars and dots are text in this language, so a query with them is accepted, and selects what has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ...errors import shorten
from ..nodes import And, Clause, Contains, ElemMatch, Equals, Not, Or, Query

__all__ = ["notes"]

_WILDCARD: Final = re.compile(r"(\*?)([^\s*?^$\\\"(),]+)(\*?)")
_CLAUSES: Final = re.compile(r"[^\W\d][\w.-]*:(?!//)[^\s:\"(),]+(?:[ \t\r\n]+[^\W\d][\w.-]*:(?!//)[^\s:\"(),]+)+")
_EXPRESSION: Final = re.compile(r"(\^?)((?:\.\*|\*)?)([^\s.*+?^$\[\]{}|/\\\"(),]+)((?:\.\*|\*)?)(\$?)")


def notes(query: Query) -> list[str]:
    """What to tell who wrote a query, each with the query that was probably meant."""
    return list(dict.fromkeys(note for clause in query.clauses() for note in _of_clause(clause)))


def _of_clause(clause: Clause) -> Iterator[str]:
    source = clause.source
    tests: list[Any] = [clause.test]
    while tests and source is not None:
        test = tests.pop()
        if isinstance(test, (And, Or)):
            tests += reversed(test.items)
        elif isinstance(test, Not):
            tests.append(test.item)
        elif isinstance(test, ElemMatch):
            yield from notes(Query(test.node))
        elif isinstance(test, (Equals, Contains)) and test.span is not None:
            written = source[slice(*test.span)]
            if isinstance(test, Equals) and _CLAUSES.fullmatch(written):
                yield (
                    f'"{shorten(written)}" is one text, of several words;'
                    f" write {clause.path}:elemMatch({shorten(written)}) for clauses about one object"
                )
            meant = _equals(written) if isinstance(test, Equals) else _contains(written.removeprefix("~").lstrip())
            if meant is not None:
                yield f'there are no wildcards: "{shorten(written)}" is text; write {clause.path}:{meant}'


def _equals(written: str) -> str | None:
    """``John*`` as it was probably meant; None for text without a star at an end."""
    found = _WILDCARD.fullmatch(written)
    if found is None or not (found[1] or found[3]):
        return None
    return f"~{'^' * (not found[1])}{found[2]}{'$' * (not found[3])}"


def _contains(written: str) -> str | None:
    """``.*John.*`` as it was probably meant; None for text that is no such expression."""
    found = _EXPRESSION.fullmatch(written)
    if found is None or not (found[2] or found[4]):
        return None
    # A star after an anchor takes the anchor's meaning away.
    return f"~{'^' * (bool(found[1]) and not found[2])}{found[3]}{'$' * (bool(found[5]) and not found[4])}"
