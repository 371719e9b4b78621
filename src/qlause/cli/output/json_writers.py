"""JSON and NDJSON."""

from __future__ import annotations

from ..input.json_codec import encode_json, with_exact_integers
from ..input.reader import Document
from .writer import Project, WriteBytes

__all__ = ["JsonWriter", "NdjsonWriter"]


class _JsonTexts:
    """Prepares the JSON text of documents. A line of NDJSON is its own text if ``project`` is None."""

    def __init__(self, write: WriteBytes, project: Project | None) -> None:
        self._write = write
        self._project = project

    def prepare(self, document: Document, line: bytes | None) -> bytes:
        """The JSON text."""
        if self._project is None:
            return encode_json(document) if line is None else line
        return encode_json(self._project(document if line is None else with_exact_integers(line, document)))


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
