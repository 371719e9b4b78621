"""Fields of a request that no document has: probably misspelt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final, TypeAlias

import orjson

from ...backends.python.prefilter import line_at
from ...errors import did_you_mean, shorten
from ...syntax.lexical import keys_text
from ...syntax.nodes import Path
from .json_codec import Document

__all__ = ["FieldWatch"]

_Keys: TypeAlias = tuple[str, ...]

_ESCAPED: Final = re.compile(rb'(?:[^"]++|"[^"\\]*+")*+("[^"\\]*+(?:\\.[^"\\]*+)++")([ \t\r\n]*+:)?', re.DOTALL).match
"""The next string with escapes, and whether it is a key. Go writes "&" in keys so, and Python "é"."""
_MAX_LINES: Final = 200  # that are parsed for one field that a block of lines seems to have
_MAX_ITEMS: Final = 100_000  # of arrays that are searched for one field
_SAMPLED_DOCUMENTS: Final = 100  # that are not empty, whose names are offered for a misspelt one
_SAMPLED_VALUES: Final = 1_000  # of one document
_SAMPLED_ITEMS: Final = 100  # of one array
_MAX_NAMES: Final = 2_000


class FieldWatch:
    """Looks at documents until each field was seen once. A field of regular data costs a look at one document.

    One that no document has is looked for in all of them. Where that would take too long, the field counts as seen, so
    that nothing wrong is said of it.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self.unseen = dict.fromkeys(path.segments for path in paths)
        """The fields that were not seen so far, in the order of the request."""
        self._needles = {keys: [json.dumps(key, ensure_ascii=False).encode() for key in keys] for keys in self.unseen}
        self._lines_left = dict.fromkeys(self.unseen, _MAX_LINES)
        self._items_left = dict.fromkeys(self.unseen, _MAX_ITEMS)
        self._documents_left = _SAMPLED_DOCUMENTS
        self._sample = b""
        self._names: dict[str, None] = {}

    def look_at_document(self, document: Document) -> None:
        """Look at one document."""
        if self._documents_left and document:
            self._documents_left -= 1
            self._collect_names(document)
        for keys in [keys for keys in self.unseen if self._may_have(document, keys, keys)]:
            del self.unseen[keys]

    def look_at_columns(self, columns: Iterable[_Keys]) -> None:
        """Look at the columns of a table. A field that is a column is seen, even if all its cells are empty."""
        for column in columns:
            for length in range(1, len(column) + 1):
                self._names.setdefault(keys_text(column[:length]))
            for keys in list(self.unseen):
                if column[: len(keys)] == keys:
                    del self.unseen[keys]

    def look_at_lines(self, block: bytes) -> None:
        """Look at lines of NDJSON. They are searched for the names of the fields; only lines with a hit are parsed."""
        self._sample = self._sample or block
        for keys in list(self.unseen):
            if self._is_in(block, keys):
                del self.unseen[keys]

    def messages(self) -> Iterator[str]:
        """One message for each field that was not seen; none if no document was."""
        for document in islice(_documents_of(self._sample), _SAMPLED_DOCUMENTS):
            self._collect_names(document)
        if self._names:
            for keys in self.unseen:
                name = keys_text(keys)
                hint = did_you_mean(name, self._names)
                yield f"no document has a field {shorten(name)}" + (f"; {hint}" if hint else "")

    def _is_in(self, block: bytes, keys: _Keys) -> bool:
        needles = self._needles[keys]
        if b"\\" in block and not self._escaped_keys(block).isdisjoint(keys):
            return True
        if not all(needle in block for needle in needles):
            return False
        position = 0
        while (position := block.find(needles[-1], position)) >= 0:
            if self._lines_left[keys] == 0:
                return True
            self._lines_left[keys] -= 1
            start, end = line_at(block, position)
            try:
                document = orjson.loads(block[start:end])
            except orjson.JSONDecodeError:
                return True  # perhaps several objects on one line
            if type(document) is dict and self._may_have(document, keys, keys):
                return True
            position = end
        return False

    def _escaped_keys(self, block: bytes) -> set[str]:
        """What the keys of a block mean that are written with escapes."""
        found: set[str] = set()
        position = 0
        while match := _ESCAPED(block, position):
            position = match.end()
            if match[2] is not None:
                with suppress(orjson.JSONDecodeError):
                    found.add(orjson.loads(match[1]))
        return found

    def _may_have(self, value: Any, keys: _Keys, field: _Keys) -> bool:
        """Whether a path reaches a value (rules 2 and 10), or too many items were searched for the field already."""
        for position, key in enumerate(keys):
            if isinstance(value, list):
                self._items_left[field] -= len(value)
                return self._items_left[field] < 0 or any(
                    self._may_have(item, keys[position:], field) for item in value if isinstance(item, dict)
                )
            if not isinstance(value, dict) or key not in value:
                return False
            value = value[key]
        return True

    def _collect_names(self, document: Document) -> None:
        """Add the paths of a document to the names that are known, the outermost first."""
        values: list[tuple[_Keys, Any]] = [((), document)]
        for keys, value in values:  # more are appended meanwhile
            if isinstance(value, list):
                room = max(_SAMPLED_VALUES - len(values), 0)
                sample = value[: min(room, _SAMPLED_ITEMS)]
                values.extend((keys, item) for item in sample if isinstance(item, dict))
                continue
            for key, item in value.items():
                if len(self._names) >= _MAX_NAMES:
                    return
                self._names.setdefault(keys_text((*keys, key)))
                if isinstance(item, dict | list) and len(values) < _SAMPLED_VALUES:
                    values.append(((*keys, key), item))


def _documents_of(lines: bytes) -> Iterator[Document]:
    """The documents on lines of NDJSON, without the empty ones."""
    for line in lines.splitlines():
        with suppress(orjson.JSONDecodeError):
            document = orjson.loads(line)
            if document and type(document) is dict:
                yield document
