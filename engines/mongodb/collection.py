"""Documents in a collection: what a filter selects, by the matcher alone or by the server and the matcher.

The server must select what the matcher selects, except where FerretDB is known to differ from MongoDB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bson import Decimal128

from .matcher import matches
from .matcher_sort_projection import projected, sorted_documents
from .server import database, is_ferretdb

__all__ = ["Collection", "MatcherCollection", "as_python", "as_stored", "numbered", "server_is_judge"]


class MatcherCollection:
    """Documents for the matcher. Each has a number of its own under ``id``."""

    def __init__(self, documents: Sequence[Mapping[str, Any]]) -> None:
        self.documents = [as_stored(document) for document in documents]

    def ids(self, filter_: Mapping[str, Any]) -> list[int]:
        """The ids of the documents that the filter selects."""
        return [document["id"] for document in self.documents if matches(filter_, {**document, "_id": document["id"]})]

    def sorted_ids(self, pairs: list[tuple[str, int]]) -> list[int]:
        """The ids in the order of a sort."""
        return [document["id"] for document in sorted_documents(pairs, self.documents)]

    def projected(self, projection: Mapping[str, int]) -> list[Any]:
        """What the projection leaves of each document, in their order."""
        return [as_python(projected(projection, document)) for document in self.documents]


class Collection(MatcherCollection):
    """The same documents in the server too, as far as it can hold them. Both must answer alike."""

    def __init__(self, documents: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(documents)
        self.on_server = [document for document in self.documents if _is_held(document)]
        self.collection = database()["documents"]
        self.collection.drop()
        if self.on_server:
            self.collection.insert_many([{**document, "_id": document["id"]} for document in self.on_server])

    def ids(self, filter_: Mapping[str, Any]) -> list[int]:
        """The ids of the documents that the filter selects."""
        ids = super().ids(filter_)
        if server_is_judge(filter_):
            served = {document["id"] for document in self.collection.find(filter_, {"id": 1})}
            held = {document["id"] for document in self.on_server}
            assert sorted(served) == sorted(number for number in ids if number in held), (filter_, "server, matcher")
        return ids

    def sorted_ids(self, pairs: list[tuple[str, int]]) -> list[int]:
        """The ids in the order of a sort."""
        ids = super().sorted_ids(pairs)
        if is_ferretdb() and any(_enters_array(document, path) for document in self.documents for path, _ in pairs):
            return ids
        served = [document["id"] for document in self.collection.find().sort(pairs)]
        assert served == [number for number in ids if number in served], (pairs, "server, matcher")
        return ids

    def projected(self, projection: Mapping[str, int]) -> list[Any]:
        """What the projection leaves of each document, in their order."""
        left = super().projected(projection)
        served = list(self.collection.find({}, projection).sort("_id", 1))
        if not any("_id" in document for document in self.documents):
            served = [{key: value for key, value in document.items() if key != "_id"} for document in served]
        held = [kept for kept, document in zip(left, self.documents, strict=True) if document in self.on_server]
        assert as_python(served) == held, (projection, "server, matcher")
        return left


def server_is_judge(filter_: Any) -> bool:
    """Whether the server's answer counts: FerretDB lacks some operators, and differs from MongoDB in others."""
    return not is_ferretdb() or not _is_beyond_ferretdb(filter_)


def as_stored(value: Any) -> Any:
    """A value of a document as pymongo takes it. Dates and times of day, which MongoDB lacks, become their texts."""
    if isinstance(value, Mapping):
        return {key: as_stored(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_stored(each) for each in value]
    if isinstance(value, Decimal):
        return Decimal128(value)
    return as_python(value)


def as_python(value: Any) -> Any:
    """A stored value for the Python predicate: in MongoDB a date-time has whole milliseconds."""
    if isinstance(value, Mapping):
        return {key: as_python(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_python(each) for each in value]
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=aware.microsecond // 1000 * 1000)
    return value.isoformat() if isinstance(value, (date, time)) else value


def _is_beyond_ferretdb(value: Any) -> bool:
    if isinstance(value, Mapping):
        paths = {path: tests for path, tests in value.items() if "." in path}
        blank = any(part != part.strip() for path in paths for part in path.split("."))
        several = any(isinstance(tests, Mapping) and len(tests) > 1 for tests in paths.values())
        return blank or several or "$elemMatch" in value or any(map(_is_beyond_ferretdb, value.values()))
    return any(map(_is_beyond_ferretdb, value)) if isinstance(value, list) else isinstance(value, Decimal128)


def _enters_array(node: Any, path: str) -> bool:
    """Whether a path goes through an array before its end."""
    for key in path.split("."):
        if isinstance(node, list):
            return True
        node = node.get(key) if isinstance(node, Mapping) else None
    return False


def _is_held(document: Mapping[str, Any]) -> bool:
    """FerretDB refuses arrays in arrays, has no Decimal128, refuses keys with a dot or a leading ``$``, and breaks on
    those that JSON has to escape.
    """
    return not is_ferretdb() or _is_held_value(document)


def _is_held_value(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_held_key, value)) and all(map(_is_held_value, value.values()))
    if isinstance(value, list):
        return all(not isinstance(each, list) and _is_held_value(each) for each in value)
    return not isinstance(value, Decimal128)


def _is_held_key(key: str) -> bool:
    return "." not in key and not key.startswith("$") and json.dumps(key, ensure_ascii=False) == f'"{key}"'


def numbered(documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The documents with their places, from 1, under ``id``."""
    return [{**document, "id": number} for number, document in enumerate(documents, 1)]
