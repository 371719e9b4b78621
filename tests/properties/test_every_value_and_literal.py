"""All values that matter against all literals that matter, not as chance has it; the small profile takes a third."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any, get_args

import pytest

import qlause
from qlause import Field, Path, Query, Schema, Sort, SortKey, python
from qlause.bound.binder import BindOptions
from qlause.schema.schema import FieldType, Storage
from qlause.syntax.nodes import Clause, Comparator, Compare, Contains, Equals, LiteralValue, Test
from qlause.testing.vocabulary import DATES, INSTANTS, NATIVES, TIMES, UUIDS
from tests.profiles import THOROUGH

from .generators import refusal
from .reference import operator, refusals, selects
from .reference_dates import of_native
from .reference_sort_projection import compare
from .reference_values import Request

NOW = datetime(2019, 1, 13, 10, 29, 30, 602000, UTC)
ZONE = 120
TEXTS = (
    *(
        "",
        "a",
        "A",
        "ab",
        "b",
        "1",
        "1.0",
        "20",
        "true",
        "false",
        "null",
        "0668",
        "İ",
        "ς",
        "σ",
        "ß",
        "K",
        "\u212a",
        "ſ",
    ),
    *(
        "é",
        "e\u0301",
        "😀",
        "\uffff",
        "\U00010000",
        "a ",
        "%",
        "-1",
        "1e400",
        "9007199254740992",
        "9223372036854775808",
    ),
    *(
        *INSTANTS,
        *DATES,
        *TIMES,
        *UUIDS,
        UUIDS[0].upper(),
        "2019-02-30",
        "2019-02-30T00:00:00Z",
        "2019-01-06T10:29:30.602000000Z",
    ),
    *("2019-01-06T10:29:30,602Z", "2019-01-06T12:29:30.602+02:00", "2019-01-06T10:29", "2019-01-06T24:00:00Z"),
    *(
        "2019-01-06t10:29:30z",
        "2019-01-06 10:29:30Z",
        "now",
        "now-7d",
        "now-7d/d",
        "now+1M/y",
        "now-1w/w",
        "now-7",
        "nowhere",
    ),
    *(
        "10:29",
        "10:29:30.6020",
        "10:29:30.602",
        "10:29:30.000",
        "10:29:30.6025",
        "10:29:30Z",
        "10:29:30+01:00",
        "24:00",
        "23:59:60",
        "9:30",
        "T10:29",
        "9999-12-30",
        "9999-12-31T23:59:59.999999Z",
        "0001-01-01",
        "0000-01-01",
        "2019-01-06T10:29:30.6025Z",
        "1.5",
        "2e1",
    ),
)
NUMBERS = (0, 1, -1, 1.5, 0.1, 20, 20.0, 2**53 - 1, 2**53, 2**53 + 1, 2.0**53, 2**63 - 1, 2**63, 1e300, -0.5, 5e-324)
_ZONED = time(10, 29, 30, tzinfo=UTC)
VALUES: tuple[Any, ...] = (None, True, False, *NUMBERS, *TEXTS, *NATIVES, _ZONED, [], {}, [1], {"a": 1})
SIGNS: tuple[Comparator, ...] = get_args(Comparator)


def leaf_tests() -> list[Test]:
    literals = [LiteralValue(text, bare) for text in (*TEXTS, *map(repr, NUMBERS)) for bare in (False, True)]
    compared: list[Test] = [Compare(sign, literal) for sign in SIGNS for literal in literals]
    needles = [
        Contains(text, starts, ends) for text in TEXTS if text for starts in (False, True) for ends in (False, True)
    ]
    return list(dict.fromkeys([*(Equals(literal) for literal in literals), *compared, *needles]))


def fields() -> dict[str, Field | None]:
    storages: dict[FieldType, tuple[Storage, ...]] = {
        "date-time": ("native", "instant", "seconds", "milliseconds", "microseconds"),
        "date": ("native", "text"),
        "time": ("native", "text", "seconds", "milliseconds", "microseconds"),
        "uuid": ("native", "text"),
        "objectid": ("native", "text"),
    }
    found: dict[str, Field | None] = {"no schema": None}
    for kind in get_args(FieldType):
        if kind not in ("localized", "object", "enum"):
            found[kind] = Field(type=kind)
            found |= {f"{kind}, {each}": Field(type=kind, storage=each) for each in storages.get(kind, ())}
    found["enum"] = Field(type="enum", values=("a", "A", "ς", "1"))
    found["enum, ignore_case"] = Field(type="enum", values=("a", "ς"), ignore_case=True)
    found["string, ignore_case"] = Field(type="string", ignore_case=True)
    found["any, case_sensitive"] = Field(case_sensitive=True)
    return found


@pytest.mark.parametrize("name", fields())
def test_every_value_against_every_literal(name: str) -> None:
    field = fields()[name]
    schema = None if field is None else Schema({"a": field})
    options = BindOptions(schema=schema, now=NOW, timezone=timezone(timedelta(minutes=ZONE)))
    request = Request(schema, of_native(NOW), ZONE)
    documents = [{"a": value} for value in VALUES]
    for test in leaf_tests()[:: 1 if THOROUGH else 3]:
        query = Query(Clause(Path(("a",)), test))
        if field is not None and operator(test) not in field.allowed:
            continue
        if isinstance(test, Contains) and name not in ("no schema", "any, case_sensitive"):
            continue  # the type of the field makes no difference to it
        error = refusal(qlause.bind, query, **options)
        assert (error is not None) == bool(refusals(query, request)), query
        if error is None:
            matches = python.predicate(query, **options)
            for document in documents:
                assert matches(document) == selects(query, document, request), (query, document)


@pytest.mark.parametrize("nulls", [None, "first", "last"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("kind", [None, "any", "date-time", "time"])
def test_every_value_beside_every_value(kind: str | None, descending: bool, nulls: Any) -> None:
    schema = None if kind is None else Schema({"a": kind})
    sort = Sort((SortKey(Path(("a",)), descending),))
    key = python.sort_key(sort, schema=schema, nulls=nulls, unique=None)
    documents = [{}, *({"a": value} for value in VALUES)]
    keys = [key(document) for document in documents]
    for left, first in zip(documents, keys, strict=True):
        for right, second in zip(documents, keys, strict=True):
            wanted = compare(left, right, sort, Request(schema), nulls, None)
            assert (second < first) - (first < second) == wanted, (left, right)
            assert (first == second) == (wanted == 0), (left, right)
