"""What a cache may keep: only texts that mean the same at every moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Schema
from qlause.cache import cached
from qlause.testing import queries, spellings

SCHEMA = Schema({"at": "date-time", "day": "date", "name": "string"})
NOW = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


@given(st.data())
def test_what_is_kept_does_not_depend_on_the_clock(data: st.DataObject) -> None:
    q = data.draw(spellings(data.draw(queries(SCHEMA))))
    later = NOW + timedelta(days=400)
    moment = NOW
    bind = cached(lambda text: qlause.bind(text, schema=SCHEMA, now=moment))
    bind(q)
    moment = later
    assert bind(q) == qlause.bind(q, schema=SCHEMA, now=later)
