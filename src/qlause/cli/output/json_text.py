"""Selected documents → text: JSON and NDJSON. CSV and tables are in ``rows``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..input.decoding import encode, exact
from ..input.records import Document

__all__ = ["Json", "Ndjson", "Output", "Project", "Write"]

Write = Callable[[bytes], object]
Project = Callable[[Document], Document]


class Output(Protocol):
    """One format of output."""

    def payload(self, document: Document, line: bytes | None, /) -> Any:
        """What is kept of a document until it is written, with all that can fail done.

        ``line`` is its line of NDJSON. Raises NotJsonError for a document that cannot be written.
        """

    def write(self, payload: Any, /) -> None:
        """Write one payload."""

    def end(self) -> None:
        """Write what comes last."""


class _Text:
    """The JSON text of documents: the line of NDJSON itself where nothing is left out (``project`` is None)."""

    def __init__(self, write: Write, project: Project | None) -> None:
        self._write = write
        self._project = project

    def payload(self, document: Document, line: bytes | None) -> bytes:
        """The JSON text."""
        if self._project is None:
            return encode(document) if line is None else line
        return encode(self._project(document if line is None else exact(line, document)))


class Ndjson(_Text):
    """One document a line."""

    def write(self, payload: bytes) -> None:
        """Write one text."""
        self._write(payload if payload.endswith(b"\n") else payload + b"\n")

    def end(self) -> None:
        """Nothing comes last."""


class Json(_Text):
    """One array, written while it grows."""

    _before = b"[\n"

    def write(self, payload: bytes) -> None:
        """Write one text."""
        self._write(self._before + payload.strip())
        self._before = b",\n"

    def end(self) -> None:
        """Close the array."""
        self._write(b"[]\n" if self._before == b"[\n" else b"\n]\n")
