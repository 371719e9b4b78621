"""For what the answer of a server counts: where it is MongoDB's, as far as is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from bson import Decimal128

from .matcher import enters_array
from .server import ServerName, database

__all__ = ["FERRETDB", "MONGODB", "SECANTUSDB", "Judge", "judge_of"]

_SECANTUSDB_PATTERN: Final = 1_000  # letters
_LOGICAL: Final = frozenset({"$and", "$or", "$nor"})


def _always(*_: object) -> bool:
    return True


@dataclass(frozen=True)
class Judge:
    """What a server can be asked. Elsewhere the matcher is the judge alone."""

    holds: Callable[[Mapping[str, Any]], bool] = _always
    """Whether it can store a document."""
    selects: Callable[[Any], bool] = _always
    """Whether it takes a filter, and reads it as MongoDB does."""
    sorts: Callable[[Mapping[str, Any], Iterable[str]], bool] = _always
    """Whether a document has the place in a sort by these paths that it has in MongoDB."""


def _ferretdb_holds(value: Any) -> bool:
    """It refuses arrays in arrays, has no Decimal128, refuses keys with a dot or a leading ``$``, and breaks on those
    that JSON has to escape.
    """
    if isinstance(value, Mapping):
        return all(map(_is_held_key, value)) and all(map(_ferretdb_holds, value.values()))
    if isinstance(value, list):
        return all(not isinstance(each, list) and _ferretdb_holds(each) for each in value)
    return not isinstance(value, Decimal128)


def _is_held_key(key: str) -> bool:
    return "." not in key and not key.startswith("$") and json.dumps(key, ensure_ascii=False) == f'"{key}"'


def _ferretdb_selects(value: Any) -> bool:
    """It lacks some operators, and differs from MongoDB in others: tests/engines/mongodb lists them."""
    if isinstance(value, Mapping):
        paths = {path: tests for path, tests in value.items() if "." in path}
        blank = any(part != part.strip() for path in paths for part in path.split("."))
        several = any(isinstance(tests, Mapping) and len(tests) > 1 for tests in paths.values())
        return not (blank or several or "$elemMatch" in value) and all(map(_ferretdb_selects, value.values()))
    return all(map(_ferretdb_selects, value)) if isinstance(value, list) else not isinstance(value, Decimal128)


def _enters_no_array(document: Mapping[str, Any], paths: Iterable[str]) -> bool:
    """Neither of the two sorts through arrays as MongoDB does, SecantusDB not where an element lacks the field."""
    return not any(enters_array(document, path) for path in paths)


def _secantusdb_selects(value: Any) -> bool:
    """It refuses longer patterns, which MongoDB takes up to 32,764 bytes, and OR, AND and NOR in ``$elemMatch``."""
    if isinstance(value, Mapping):
        pattern = value.get("$regex", "")
        asks_of_object = _LOGICAL.isdisjoint(value.get("$elemMatch", ()))
        is_short = len(pattern) <= _SECANTUSDB_PATTERN
        return is_short and asks_of_object and all(map(_secantusdb_selects, value.values()))
    return all(map(_secantusdb_selects, value)) if isinstance(value, list) else True


MONGODB: Final = Judge()
FERRETDB: Final = Judge(_ferretdb_holds, _ferretdb_selects, _enters_no_array)
SECANTUSDB: Final = Judge(selects=_secantusdb_selects, sorts=_enters_no_array)


@cache
def judge_of(server: ServerName) -> Judge:
    """What the server says it is, also if it is one that was named."""
    told = database(server).client.admin.command("buildInfo")
    return FERRETDB if "ferretdbVersion" in told else SECANTUSDB if "secantusVersion" in told else MONGODB
