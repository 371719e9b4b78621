"""What the readers of all formats share: what they yield, what they call, and how they name a wrong value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

__all__ = ["Document", "LocatedDocument", "LocatedDocuments", "Matches", "ReportProblem", "expected_an_object"]

Document: TypeAlias = dict[str, Any]
LocatedDocument: TypeAlias = tuple[int, bytes | None, Document]
"""The number of the line on which a document begins (from 1), that line itself if it is NDJSON, and the document."""
LocatedDocuments: TypeAlias = Iterator[LocatedDocument]
Matches: TypeAlias = Callable[[Document], bool]
"""Returns whether a document is selected."""
ReportProblem: TypeAlias = Callable[[int | None, str], None]
"""Takes the number of a line (None: the whole file) and what is wrong there. May raise to end the run."""


def expected_an_object(value: object) -> str:
    """The problem of a JSON value that is no object."""
    match value:
        case None:
            actual = "null"
        case bool():
            actual = "a boolean"
        case str():
            actual = "a string"
        case list():
            actual = "an array"
        case int() | float():
            actual = "a number"
        case _:
            raise TypeError(f"{type(value)} is not a type of JSON values other than objects")
    return f"expected an object, not {actual}"
