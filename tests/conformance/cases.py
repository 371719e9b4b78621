"""The conformance cases, ``grammar/conformance/*.json``, read and checked. The format is told in grammar/README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

from dateutil import tz

from qlause import Limits, Schema

__all__ = ["CASES_PATH", "Case", "ExpectedError", "Kind", "Native", "Place", "Request", "load", "read_file"]

CASES_PATH: Final = Path(__file__).parents[2] / "grammar" / "conformance"

Kind: TypeAlias = Literal["q", "sort", "fields"]
Native: TypeAlias = Literal["$date", "$day", "$time", "$uuid", "$decimal"]

_NATIVES: Final[Mapping[str, Any]] = {
    "$date": datetime.fromisoformat,
    "$day": date.fromisoformat,
    "$time": time.fromisoformat,
    "$uuid": UUID,
    "$decimal": Decimal,
}
_FILE_KEYS: Final = frozenset({"title", "about", "schema", "documents", "cases"})
_PAGE_KEYS: Final = frozenset({"after", "after_sort", "backward"})
_CASE_KEYS: Final = _PAGE_KEYS | {
    *("name", "rules", "q", "sort", "fields", "schema", "options", "documents"),
    *("ids", "result", "canonical", "error"),
}
_ERROR_KEYS: Final = frozenset({"type", "code", "offset", "length", "hint"})
_OPTIONS: Final[Mapping[Kind, frozenset[str]]] = {
    "q": frozenset({"now", "timezone", "language", "limits"}),
    "sort": frozenset({"nulls", "unique", "language", "strict", "limits"}),
    "fields": frozenset({"always", "limits"}),
}
_EXPECTED: Final[Mapping[Kind, str]] = {"q": "ids", "sort": "ids", "fields": "result"}


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind a document, or with ``backward`` before it, the nearest first."""

    document: Mapping[str, Any]
    backward: bool
    sort: str
    """What the cursor is made for."""


@dataclass(frozen=True)
class Request:
    """What an engine is asked: one text of one language over all documents at once."""

    kind: Kind
    text: str
    options: Mapping[str, Any]
    """What the language is bound with: the keyword arguments of ``qlause.bind`` and its like, the schema included."""
    documents: tuple[Mapping[str, Any], ...]
    """Native values are decoded. Each document has a whole number of its own under ``id``."""
    place: Place | None = None
    """Where the page of a sort begins. None: all documents are asked for."""

    @property
    def backward(self) -> bool:
        """Whether the order is turned round."""
        return self.place is not None and self.place.backward

    @property
    def parts(self) -> tuple[Request, ...]:
        """Of a page: what asks for all behind its place, for all before it, and for all documents. Else nothing."""
        if self.place is None:
            return ()
        places = (replace(self.place, backward=False), replace(self.place, backward=True), None)
        return tuple(replace(self, place=place) for place in places)


@dataclass(frozen=True)
class ExpectedError:
    """What an error must be, in full."""

    type: str
    code: str
    offset: int | None
    length: int
    hint: str | None


@dataclass(frozen=True)
class Case:
    """One case: a request and what must come of it."""

    id: str
    """The file's name and the case's."""
    file: str
    rules: tuple[str, ...]
    request: Request
    natives: frozenset[Native]
    """The native values that the documents hold."""
    expected: tuple[Any, ...] | None
    """The ids selected (in document order) or sorted, or the projected documents."""
    canonical: str | None
    error: ExpectedError | None

    def __str__(self) -> str:
        return self.id


@cache
def load() -> tuple[Case, ...]:
    """Every case of every file. Raises ValueError for a file that is not in the format."""
    return tuple(
        case for path in sorted(CASES_PATH.glob("*.json")) for case in read_file(path.stem, path.read_text("utf-8"))
    )


def read_file(name: str, text: str) -> list[Case]:
    """The cases of one file. Raises ValueError, with the file's and the case's name, where it is not in the format."""
    try:
        content = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
        _check_keys(content, _FILE_KEYS, required=("title", "about", "cases"))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    cases: list[Case] = []
    for written in content["cases"]:
        try:
            cases.append(
                _case(name, {"schema": content.get("schema"), "documents": content.get("documents", []), **written})
            )
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{name}, {written.get('name')}: {error!r}") from error
    ids = [case.id for case in cases]
    twice = {each for each in ids if ids.count(each) > 1}
    if twice:
        raise ValueError(f"{name}: names stand twice: {', '.join(sorted(twice))}")
    return cases


def _case(file: str, written: Mapping[str, Any]) -> Case:
    _check_keys(written, _CASE_KEYS, required=("name", "rules"))
    kinds: list[Kind] = [kind for kind in get_args(Kind) if kind in written]
    if len(kinds) != 1:
        raise ValueError("a case has one of q, sort and fields")
    (kind,) = kinds
    if not written["rules"]:
        raise ValueError("a case says which rules it shows")
    expected = written.get(_EXPECTED[kind])
    error = written.get("error")
    if {"ids", "result"} & written.keys() - {_EXPECTED[kind]}:
        raise ValueError(f"a case of {kind} expects {_EXPECTED[kind]}")
    if (error is not None) == (expected is not None or "canonical" in written):
        raise ValueError("a case expects ids, result or canonical, or else an error")
    found: set[Native] = set()
    documents = tuple(_decoded(document, found) for document in written["documents"])
    ids = [document["id"] for document in documents]
    if len(set(ids)) != len(ids) or not all(type(each) is int for each in ids):
        raise ValueError("each document has a whole number of its own under id")
    if kind != "fields" and expected is not None and not set(expected) <= set(ids):
        raise ValueError("an expected id is that of no document")
    if kind == "q" and expected is not None and expected != [each for each in ids if each in expected]:
        raise ValueError("the ids selected stand in document order")
    place = _place(written, documents)
    if kind == "sort" and expected is not None:
        if place is None and sorted(expected) != sorted(ids):
            raise ValueError("a sort keeps every document")
        if place is not None and (place.document["id"] in expected or len(set(expected)) != len(expected)):
            raise ValueError("a page holds documents behind its place, each once")
    return Case(
        id=f"{file}: {written['name']}",
        file=file,
        rules=tuple(written["rules"]),
        request=Request(kind, written[kind], _options(kind, written), documents, place),
        natives=frozenset(found),
        expected=None if expected is None else tuple(_decoded(each, set()) for each in expected),
        canonical=written.get("canonical"),
        error=None if error is None else _error(error),
    )


def _place(written: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> Place | None:
    if "after" not in written:
        if _PAGE_KEYS & written.keys():
            raise ValueError("a page has an after")
        return None
    if "sort" not in written:
        raise ValueError("a page is one of a sort")
    found = [document for document in documents if document["id"] == written["after"]]
    if not found:
        raise ValueError("a page begins behind a document")
    if "after_sort" in written and "error" not in written:
        raise ValueError("a cursor of another sort is an error")
    return Place(found[0], written.get("backward", False), written.get("after_sort", written["sort"]))


def _options(kind: Kind, written: Mapping[str, Any]) -> dict[str, Any]:
    options = dict(written.get("options", {}))
    _check_keys(options, _OPTIONS[kind])
    if written["schema"] is not None:
        options["schema"] = Schema(written["schema"])
    if "now" in options:
        options["now"] = datetime.fromisoformat(options["now"])
    if "timezone" in options:
        zone = tz.gettz(options["timezone"])
        if zone is None:
            raise ValueError(f"there is no time zone {options['timezone']}")
        options["timezone"] = zone
    if "limits" in options:
        options["limits"] = Limits(**options["limits"])
    return options


def _error(written: Mapping[str, Any]) -> ExpectedError:
    _check_keys(written, _ERROR_KEYS, required=sorted(_ERROR_KEYS))
    return ExpectedError(**written)


def _decoded(value: Any, found: set[Native]) -> Any:
    """The value with its native values decoded; ``found`` takes their kinds. A date-time without offset is naive."""
    if isinstance(value, list):
        return [_decoded(each, found) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (key,) = value
        if key in _NATIVES:
            found.add(key)
            return _NATIVES[key](value[key])
    return {key: _decoded(each, found) for key, each in value.items()}


def _check_keys(written: Mapping[str, Any], known: frozenset[str], required: Iterable[str] = ()) -> None:
    unknown = written.keys() - known
    if unknown:
        raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
    lacking = [key for key in required if key not in written]
    if lacking:
        raise ValueError(f"keys are lacking: {', '.join(lacking)}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice among {', '.join(key for key, _ in pairs)}")
    return found


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")
