"""JSON and NDJSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..input.json_codec import encode_json
from ..input.reader import Document, Source, exact_document
from .terminal import escape_controls
from .writer import WriterOptions

if TYPE_CHECKING:
    from ..input.csv_table import CsvTable

__all__ = ["JsonWriter", "NdjsonWriter"]


class _JsonTexts:
    """Prepares the JSON text of documents. A line of NDJSON is its own text unless it is projected."""

    def __init__(self, options: WriterOptions) -> None:
        self._write = options.write
        self._project = options.project
        self._is_terminal = options.is_terminal

    def begin_table(self, table: CsvTable) -> None:
        """A header adds nothing to documents."""

    def prepare(self, document: Document, source: Source) -> bytes:
        """The JSON text."""
        if self._project is None:
            text = source if isinstance(source, bytes) else encode_json(exact_document(document, source))
        else:
            text = encode_json(self._project(exact_document(document, source)))
        return escape_controls(text.decode()).encode() if self._is_terminal else text

    def flush(self) -> None:
        """Nothing is kept back."""


class NdjsonWriter(_JsonTexts):
    """Writes one document on each line."""

    def write(self, prepared: bytes) -> None:
        """Write one line."""
        self._write(prepared if prepared.endswith(b"\n") else prepared + b"\n")

    def finish(self) -> None:
        """Nothing comes after the last line."""


class JsonWriter(_JsonTexts):
    """Writes one array, element by element."""

    _separator = b"[\n"

    def write(self, prepared: bytes) -> None:
        """Write one element."""
        self._write(self._separator + prepared.strip())
        self._separator = b",\n"

    def finish(self) -> None:
        """Close the array."""
        self._write(b"[]\n" if self._separator == b"[\n" else b"\n]\n")
