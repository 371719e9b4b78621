"""The condition on the bytes of a JSON text never loses a document, however the text is spelled."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from qlause import Path, Query, python
from qlause.syntax.nodes import And, Clause, Compare, Contains, Equals, LiteralValue, disjunction
from qlause.testing import VOCABULARY, collections, json_documents, queries, schemas
from qlause.values.fold import fold, unfold

from .generators import WIDE, requests
from .reference import refusals

_SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BLANKS = st.sampled_from(("", "", "", " ", "\t", "\r\n "))


@st.composite
def json_texts(draw: DrawFn, value: Any) -> str:
    """A JSON text of the value: any escapes, hexadecimal digits of any case, blanks anywhere."""
    escaped = draw(st.sampled_from((0, 0, 1, 4)))  # of four characters that need no escape

    def character(each: str) -> str:
        if each in _SHORT and draw(st.booleans()):
            return _SHORT[each]
        if each >= " " and each not in '"\\' and draw(st.integers(1, 4)) > escaped:
            return each
        units = each.encode("utf-16-be").hex()
        digits = "".join(digit.upper() if draw(st.booleans()) else digit for digit in units)
        return "".join(f"\\u{digits[at : at + 4]}" for at in range(0, len(digits), 4))

    def blank() -> str:
        return draw(_BLANKS)

    def spelled(value: Any) -> str:
        if isinstance(value, str):
            return f'"{"".join(map(character, value))}"'
        if isinstance(value, list):
            return f"[{','.join(blank() + spelled(each) + blank() for each in value) or blank()}]"
        if isinstance(value, dict):
            items = (f"{blank()}{spelled(key)}{blank()}:{blank()}{spelled(each)}" for key, each in value.items())
            return f"{{{','.join(item + blank() for item in items) or blank()}}}"
        return json.dumps(value)

    return spelled(value)


_TEXTS = VOCABULARY.texts | st.text(
    st.sampled_from('aAbkKiIsS1 "/\\\n\u212aİéÉßσςΣ名😀\U00010400\U00010428'), max_size=40
)


@st.composite
def asked(draw: DrawFn) -> tuple[str, Query]:
    """A text, and a query for it or a part of it under ``a``, in other letters where these are alike."""
    text = draw(_TEXTS)
    path = Path(("a",))
    kind = draw(st.integers(0, 3))
    if kind == 0 or not text:
        others = draw(st.lists(_TEXTS, max_size=3))
        return text, Query(Clause(path, disjunction([Equals(LiteralValue(each)) for each in (*others, text)])))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    if kind == 1:
        low, high = text[:end], text[:start] + draw(_TEXTS)
        tests = (Compare(">=", LiteralValue(low)), Compare("<=", LiteralValue(high)))
        return text, Query(Clause(path, And(tests)))
    part = "".join(draw(st.sampled_from(unfold(fold(each)))) for each in text[start:end]) or text
    return text, Query(Clause(path, Contains(part, starts=start == 0, ends=end == len(text))))


def test_no_text_is_lost() -> None:
    rejected = met = 0

    @given(asked(), _TEXTS, st.data())
    def check(pair: tuple[str, Query], other: str, data: st.DataObject) -> None:
        nonlocal rejected, met
        text, query = pair
        matches, may_match = python.predicate(query), python.prefilter(query)
        for value in (text, other, [other, text], text.swapcase()):
            document = {"a": value}
            spelled = data.draw(json_texts(document)).encode()
            assert may_match(spelled) or not matches(document)
            met += matches(document)
            rejected += not may_match(spelled)

    check()
    assert rejected > 0 < met


def test_no_document_is_lost() -> None:
    rejected = met = 0

    @given(st.data())
    def check(data: st.DataObject) -> None:
        nonlocal rejected, met
        schema = data.draw(st.none() | schemas(vocabulary=WIDE))
        options, request = data.draw(requests(schema))
        query = data.draw(queries(schema, vocabulary=WIDE))
        if refusals(query, request):
            return
        matches, may_match = python.predicate(query, **options), python.prefilter(query, **options)
        for document in data.draw(collections(schema, vocabulary=WIDE) | collections(vocabulary=WIDE)):
            spelled = data.draw(json_texts(document)).encode()
            document = json.loads(spelled)
            assert may_match(spelled) or not matches(document)
            met += matches(document)
            rejected += not may_match(spelled)

    check()
    assert rejected > 0 < met


@given(st.data())
def test_the_texts_are_texts_of_the_value(data: st.DataObject) -> None:
    document = data.draw(json_documents())
    assert json.loads(data.draw(json_texts(document))) == document
