"""What the writers of all formats share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from ..input.reader import Document

__all__ = ["DocumentWriter", "Project", "WriteBytes"]

WriteBytes: TypeAlias = Callable[[bytes], object]
Project: TypeAlias = Callable[[Document], Document]
"""Returns the part of a document that the fields ask for."""


class DocumentWriter(Protocol):
    """Writes documents in one format."""

    def prepare(self, document: Document, line: bytes | None, /) -> Any:
        """What is kept of a document until it is written. All that can fail is done here.

        ``line`` is its line of NDJSON, if it comes from one. Raises JsonError for a document that cannot be written.
        """

    def write(self, prepared: Any, /) -> None:
        """Write a prepared document."""

    def finish(self) -> None:
        """Write what comes after the last document."""
