"""What every format of input gives: records, and reports of what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

__all__ = ["Document", "Matches", "Record", "Records", "Report", "kind_of"]

Document: TypeAlias = dict[str, Any]
Record: TypeAlias = tuple[int, bytes | None, Document]
"""The line on which a document begins, from 1; of NDJSON the line itself; the document."""
Matches: TypeAlias = Callable[[Document], bool]
"""Whether a document is selected."""
Records: TypeAlias = Iterator[Record]
Report: TypeAlias = Callable[[int | None, str], None]
"""Is told a line (None: the whole file) and what is wrong with it. It may raise to end the run."""

_KINDS: Final = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    return _KINDS.get(type(value), "a number")
