"""What several properties need: a wider vocabulary, requests, and odd texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from qlause import QlauseError, Relation, Schema
from qlause.bound.binder import BindOptions
from qlause.testing import VOCABULARY, fields_texts, query_texts, sort_texts

from .reference_dates import of_native
from .reference_values import Request

WIDE = replace(
    VOCABULARY,
    numbers=VOCABULARY.numbers
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
)
"""The vocabulary with any finite number, also such as no engine compares exactly."""

_NOWS = (
    datetime(2019, 1, 13, 10, 29, 30, 602000, UTC),
    datetime(2020, 2, 29, 23, 59, 59, 999999, UTC),
    datetime(2019, 3, 31, 1, 30, tzinfo=timezone(timedelta(hours=2))),
)


@st.composite
def requests(draw: DrawFn, schema: Schema | None) -> tuple[BindOptions, Request]:
    """The same clock, zone and language, as qlause and as the slow evaluator take them."""
    now, zone = draw(st.sampled_from(_NOWS)), draw(st.sampled_from((0, 0, 120, -330, 840)))
    language = None if schema is None else draw(st.sampled_from((None, None, "en", "de")))
    options = BindOptions(schema=schema, now=now, timezone=timezone(timedelta(minutes=zone)), language=language)
    return options, Request(schema, of_native(now), zone, language)


def refusal(ask: Callable[..., Any], *arguments: Any, **options: Any) -> QlauseError | None:
    """The error of a call that was refused."""
    try:
        ask(*arguments, **options)
    except QlauseError as error:
        return error
    return None


class Thing:
    """An object with attributes, for documents that are no mappings."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        self.__dict__.update(attributes)


def as_objects(value: Any) -> Any:
    """The value with each object as a Thing, where it has keys and all of them can be public attributes."""
    if isinstance(value, list):
        return [as_objects(each) for each in value]
    if not isinstance(value, dict):
        return value
    inner = {key: as_objects(each) for key, each in value.items()}
    return Thing(inner) if inner and not any(key.startswith("_") for key in inner) else inner


def as_mappings(value: Any) -> Any:
    """The way back."""
    if isinstance(value, list):
        return [as_mappings(each) for each in value]
    if isinstance(value, Thing):
        value = vars(value)
    return {key: as_mappings(each) for key, each in value.items()} if isinstance(value, dict) else value


_PIECES = (
    *("a", "b:", "a.b:", ":", ".", "(", ")", "()", ",", "~", "^", "$", '"', '""', "\\", "\\u00e9", "\\ud800", '"x"'),
    *(" ", "  ", "\n", "\t", "AND", "OR", "NOT", "and", "or", "ANDx", "exists", "missing", "null", "true", "compound"),
    *("compoundLogicalQuery:", ">", ">=", "<", "=", "!", "-", "+", "1", "0", "-1.5e3", "&&", "||", "'", "`", "“", "*"),
    *("2019-01-06T10:00:00", " 02:00", "now-7d", "now", "/d", "0:", "desc", ":desc", ":asc", "a,", "%", "_", "[0]"),
    *("\0", "\x1f", "\x7f", "\u00a0", "\u2028", "\ud800", "\udc00", "\ufeff", "é", "e\u0301", "名", "😀", "\r\n", "·"),
)


@st.composite
def _mutated(draw: DrawFn, good: SearchStrategy[str]) -> str:
    """A good text with some slips: parts left out, doubled, put in, or cut off."""
    text = draw(good)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 4)))
        piece = draw(st.sampled_from(("", text[start:end] * 2, *_PIECES)))
        text = text[:start] + piece + text[end:]
    return text


def broken_texts(good: SearchStrategy[str]) -> SearchStrategy[str]:
    """Any text at all, most of them nearly right: mutated good ones, pieces of the grammar, arbitrary ones."""
    pieces = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
    return st.one_of(_mutated(good), pieces, st.text(st.characters(), max_size=30), _mutated(good))


ANY_QUERY = broken_texts(query_texts())
ANY_SORT = broken_texts(sort_texts())
ANY_FIELDS = broken_texts(fields_texts())
_LINES: Final = Relation("lines", on=(("order_id", "id"),), column="sku")
TABLE: Final = Schema(
    {
        "id": {"type": "integer", "column": "id"},
        "name": {"type": "string", "column": "name"},
        "code": {"type": "string", "column": "code", "case_sensitive": True, "binary": True},
        "mail": {"type": "string", "column": "mail", "ignore_case": True, "folded": "mail_fold"},
        "price": {"type": "number", "column": "price"},
        "active": {"type": "boolean", "column": "active"},
        "at": {"type": "date-time", "column": "made_at"},
        "local": {"type": "date-time", "column": "made_here", "storage": "utc"},
        "written": {"type": "date-time", "column": "written", "storage": "milliseconds"},
        "text": {"type": "date-time", "column": ("doc", "text"), "storage": "instant"},
        "day": {"type": "date", "column": "day"},
        "opens": {"type": "time", "column": "opens"},
        "ref": {"type": "uuid", "column": "ref", "storage": "text"},
        "tags": {"type": "string", "array": True, "column": "tags"},
        "label": {"type": "string", "column": ("doc", "label")},
        "score": {"type": "number", "column": ("doc", "score")},
        "sku": {"type": "string", "array": True, "relation": _LINES},
        "title": {"type": "localized", "languages": ("en", "fr"), "column": "title"},
    }
)
"""Columns of each type."""


def outcome(make: Callable[[], Any]) -> tuple[Any, ...]:
    """What a call gives, types of numbers included; or how it was refused."""
    try:
        result = make()
    except QlauseError as error:
        return type(error), error.code, str(error)
    return (result, repr(result))
