"""Every text is accepted, or refused with an error that can be shown."""

from __future__ import annotations

import json
import pickle
import unicodedata
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

import qlause
from qlause import LimitExceededError, Limits, QlauseError, QuerySyntaxError
from qlause.testing import queries, schemas

from .generators import ANY_FIELDS, ANY_QUERY, ANY_SORT, WIDE, refusal

PRINTABLE = replace(
    WIDE, keys=st.sampled_from(("a", "b", "c", "a b", "é"))
)  # a schema's own names are shown as they are
TIGHT = Limits(q_length=40, sort_length=20, fields_length=20, depth=3, tests=3, list_members=3, path_segments=2)


def check(error: QlauseError, text: str) -> None:
    assert error.text == text
    assert error.offset is not None
    assert error.length >= 0
    assert 0 <= error.offset <= error.offset + error.length <= len(text)
    assert error.message
    assert error.code
    body = error.to_dict()
    assert json.loads(json.dumps(body)) == body
    assert len(json.dumps(body, ensure_ascii=False)) < 2_000
    for shown in (error.pretty().replace("\n", ""), str(error)):
        assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert error.snippet is not None
    assert len(error.snippet) <= 6 * 62 + 20  # at most 60 characters, each escaped with up to ten
    assert pickle.loads(pickle.dumps(error)).to_dict() == body  # noqa: S301  # what was just made


def check_refusal(error: QlauseError | None, text: str) -> None:
    if error is not None:
        assert isinstance(error, (QuerySyntaxError, LimitExceededError))
        check(error, text)


@given(ANY_QUERY)
@example('a:"\ud800"')
@example("a:1\n(")
def test_any_query_is_read_or_refused(text: str) -> None:
    for limits in (Limits(), TIGHT):
        check_refusal(refusal(qlause.parse, text, limits=limits), text)


@given(ANY_SORT)
def test_any_sort_is_read_or_refused(text: str) -> None:
    for options in ({}, {"strict": True}, {"limits": TIGHT}):
        check_refusal(refusal(qlause.parse_sort, text, **options), text)


@given(ANY_FIELDS)
def test_any_fields_are_read_or_refused(text: str) -> None:
    for options in ({}, {"limits": TIGHT}):
        check_refusal(refusal(qlause.parse_fields, text, **options), text)


@given(st.data())
def test_what_a_schema_refuses_is_shown_in_the_text(data: st.DataObject) -> None:
    """Also of a query that was built in code, whose canonical text stands for the one it never had."""
    schema = data.draw(schemas(vocabulary=PRINTABLE))
    query = data.draw(queries(vocabulary=WIDE))
    for asked in (query, str(query)):
        error = refusal(qlause.bind, asked, schema=schema)
        if error is not None:
            assert error.text is not None
            assert error.text in str(query)
            check(error, error.text)
