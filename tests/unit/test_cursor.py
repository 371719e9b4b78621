"""Pages by cursors in Python, and the text of cursors."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlause import Cursor, QlauseError, Sort, python
from qlause.testing import collections, sorts


@given(sorts(), collections(native=True), st.sampled_from([None, "first", "last"]), st.booleans())
def test_what_stands_behind_a_cursor(
    sort: Sort, documents: list[dict[str, Any]], nulls: Literal["first", "last"] | None, backward: bool
) -> None:
    ordered = sorted(documents, key=python.sort_key(sort, nulls=nulls), reverse=backward)
    for place, document in enumerate(ordered, 1):
        try:
            cursor = Cursor.of(sort, document, nulls=nulls)
        except QlauseError as error:
            assert error.code == "cursor_value"  # noqa: PT017  # others do not come
            continue
        assert Cursor.decode(cursor.encode(b"secret"), b"secret") == cursor
        behind = python.after(sort, cursor, backward=backward, nulls=nulls)
        assert [each["id"] for each in ordered if behind(each)] == [each["id"] for each in ordered[place:]]


def test_values_keep_their_types() -> None:
    document = {"id": 2**70, "a": Decimal("0.10"), "b": 0.1, "c": True, "d": datetime(2019, 1, 6, tzinfo=UTC), "e": "é"}
    cursor = Cursor.of("a,b,c,d,e", document)
    assert cursor.values == (
        (1, Decimal("0.10")),
        (1, 0.1),
        (3, True),
        (4, "2019-01-06T00:00:00.000000000"),
        (2, "é"),
        (1, 2**70),
    )
    decoded = Cursor.decode(cursor.encode(b"s"), b"s")
    assert repr(decoded) == repr(cursor)


@pytest.mark.parametrize("change", ["", "x", "é", "?", "AAAA"])
def test_another_text_is_no_cursor(change: str) -> None:
    text = Cursor.of("a", {"id": 1}).encode(b"secret")
    for broken in (change, change + text[1:], text + change * 4):
        if broken != text:
            with pytest.raises(QlauseError, match="no cursor of this service") as caught:
                Cursor.decode(broken, b"secret")
            assert caught.value.code == "cursor"
