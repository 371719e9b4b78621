"""Literals: values in queries, of any type or of one that a field is declared as."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar, assert_never

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..schema.schema import Field
from ..syntax.nodes import LiteralValue
from .vocabulary import (
    DATE_MATH,
    DATES,
    INSTANTS,
    OBJECT_IDS,
    OTHER_TIMES,
    TIMES,
    UUIDS,
    VOCABULARY,
    Vocabulary,
    mostly,
)

__all__ = ["comparable_literals", "literals", "nodes_of", "readable_literals"]

_T = TypeVar("_T")
_DATE_TIMES: Final = (
    *INSTANTS,
    *DATES,
    *DATE_MATH,
    "2019-01-06T12:29:30.602+02:00",
    "2019-01-06T10:29",
    "2019-01-06T05:29:30,602-0500",
    "2019-01-06T24:00:00Z",
)
_MAX_SAFE_INTEGER: Final = 2**53 - 1


def literals(*, vocabulary: Vocabulary = VOCABULARY) -> SearchStrategy[LiteralValue]:
    """Values in queries: quoted and bare texts, numbers in several spellings, ``true`` and ``false``.

    Args:
        vocabulary: The texts and numbers.

    Returns:
        A strategy for literals.

    Example:
        >>> @given(literals())
        ... def test_quotes_make_a_literal_text(literal):
        ...     assert not parse("a:" + json.dumps(literal.text)).root.test.literal.bare
        >>> test_quotes_make_a_literal_text()

    """
    mostly_bare = mostly(st.just(True), st.just(False), 4)
    return st.one_of(
        nodes_of(LiteralValue, vocabulary.texts, st.booleans()),
        nodes_of(LiteralValue, _number_texts(vocabulary), mostly_bare),
        nodes_of(LiteralValue, st.sampled_from(("true", "false")), mostly_bare),
    )


def nodes_of(node: Callable[..., _T], *parts: SearchStrategy[Any]) -> SearchStrategy[_T]:
    """Nodes of these parts. ``st.builds`` would draw spans and source texts too."""
    return st.tuples(*parts).map(lambda drawn: node(*drawn))


def readable_literals(field: Field, vocabulary: Vocabulary) -> SearchStrategy[LiteralValue]:
    """Literals that can be read as the field's type."""
    bare = st.booleans()
    match field.type:
        case "any":
            return literals(vocabulary=vocabulary)
        case "integer":
            return nodes_of(LiteralValue, vocabulary.numbers.filter(_is_safe_integer).map(int).flatmap(_spelled), bare)
        case "number":
            return nodes_of(LiteralValue, _number_texts(vocabulary).filter(_is_safe), bare)
        case "boolean":
            return nodes_of(LiteralValue, st.sampled_from(("true", "false")), bare)
        case "date-time":
            return st.sampled_from(_DATE_TIMES).map(LiteralValue)
        case "date":
            return st.sampled_from((*DATES, *DATE_MATH)).map(LiteralValue)
        case "time":
            return st.sampled_from((*TIMES, "10:29", "10:29:30.6", "10:29:30.602")).map(LiteralValue)
        case "uuid":
            return st.sampled_from((*UUIDS, UUIDS[0].upper())).map(LiteralValue)
        case "objectid":
            return st.sampled_from((*OBJECT_IDS, OBJECT_IDS[0].upper())).map(LiteralValue)
        case "enum":
            return st.sampled_from(field.values).map(LiteralValue)
        case "string" | "localized" | "object":
            return nodes_of(LiteralValue, vocabulary.texts, bare)
        case _:
            assert_never(field.type)


def comparable_literals(field: Field, vocabulary: Vocabulary) -> SearchStrategy[LiteralValue]:
    """Literals that can stand after a comparator. Without a declared type, a bare number must be safe (rule 15)."""
    if field.type != "any":
        return readable_literals(field, vocabulary)
    return mostly(
        literals(vocabulary=vocabulary).map(
            lambda literal: literal if not literal.bare or _is_safe(literal.text) else LiteralValue(literal.text)
        ),
        st.sampled_from((*_DATE_TIMES, *OTHER_TIMES)).map(LiteralValue),
        6,
    )


def _number_texts(vocabulary: Vocabulary) -> SearchStrategy[str]:
    return vocabulary.numbers.flatmap(_spelled)


def _spelled(number: float) -> SearchStrategy[str]:
    """Ways to write the same number as JSON."""
    plain = json.dumps(number)
    spellings = [plain]
    if "." not in plain and "e" not in plain and len(plain) < 16:
        spellings += [f"{plain}.0", f"{plain}e0", f"{plain}.0e0", f"{plain}.00E+0"]
    return st.sampled_from(spellings)


def _is_safe(text: str) -> bool:
    """Whether every engine holds the number exactly."""
    return not text.removeprefix("-").isdigit() or abs(int(text)) <= _MAX_SAFE_INTEGER


def _is_safe_integer(number: float) -> bool:
    return abs(number) <= _MAX_SAFE_INTEGER and float(number).is_integer()
