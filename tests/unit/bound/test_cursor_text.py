"""The text of a cursor: tied, sealed, bounded, of one spelling, and never an error from inside."""

from __future__ import annotations

import base64
import hmac
import json
import sys
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Cursor, CursorError, Schema, mongo, python, sql
from qlause.backends.sql.dialects import DIALECTS

SECRET = bytes(range(32))
CURSOR = Cursor.of("name", {"id": 7, "name": "John"})
TEXT = CURSOR.encode(SECRET)


def code_of(ask: Any) -> str:
    with pytest.raises(CursorError) as caught:
        ask()
    return caught.value.code


CONTEXTS: list[Any] = [
    (),
    "",
    "a",
    "b",
    ("a", "b"),
    ("ab",),
    ("a", None),
    ("a", 1),
    ("a", "1"),
    ("a", ""),
    ["a,b"],
    [["a"]][0] + ["b", "c"],
]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_cursor_is_good_for_its_context_only(sealed: bool) -> None:
    if sealed:
        pytest.importorskip("cryptography")
    for made in CONTEXTS:
        text = CURSOR.encode(SECRET, context=made, sealed=sealed)
        for asked in CONTEXTS:
            same = ([made] if isinstance(made, str) else list(made)) == (
                [asked] if isinstance(asked, str) else list(asked)
            )
            if same:
                assert Cursor.decode(text, SECRET, context=asked, sealed=sealed) == CURSOR
            else:
                assert code_of(lambda: Cursor.decode(text, SECRET, context=asked, sealed=sealed)) == "cursor"  # noqa: B023  # called in this turn of the loop


@pytest.mark.parametrize("context", [5, None, b"a", {"a": 1}, [1.5], [b"a"], [["a"]]])
def test_what_is_no_context_is_a_type_error(context: Any) -> None:
    with pytest.raises(TypeError, match="context"):
        CURSOR.encode(SECRET, context=context)
    with pytest.raises(TypeError, match="context"):
        Cursor.decode(TEXT, SECRET, context=context)


def test_a_sealed_cursor_cannot_be_read() -> None:
    pytest.importorskip("cryptography")
    cursor = Cursor.of("name", {"id": 7, "name": "s3cret"})
    texts = {cursor.encode(SECRET, sealed=True) for _ in range(8)}
    assert len(texts) == 8
    for text in texts:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        assert b"s3cret" not in data
        assert cursor.sort.encode() not in data
        assert Cursor.decode(text, SECRET, sealed=True) == cursor
        assert code_of(lambda: Cursor.decode(text, SECRET)) == "cursor"  # noqa: B023  # called in this turn of the loop
        assert code_of(lambda: Cursor.decode(text, SECRET[::-1], sealed=True)) == "cursor"  # noqa: B023  # called in this turn of the loop
    assert code_of(lambda: Cursor.decode(TEXT, SECRET, sealed=True)) == "cursor"
    assert code_of(lambda: Cursor.decode("", SECRET, sealed=True)) == "cursor"
    lengths = {len(Cursor.of("name", {"id": 7, "name": "x" * size}).encode(SECRET, sealed=True)) for size in range(20)}
    assert len(lengths) == 1
    text = texts.pop()
    for at in range(0, len(text), 7):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        assert code_of(lambda: Cursor.decode(changed, SECRET, sealed=True)) == "cursor"  # noqa: B023  # called in this turn of the loop


@pytest.mark.parametrize(
    ("secret", "kind"),
    [(b"", ValueError), (bytes(32), ValueError), ("text", TypeError), (None, TypeError), (7, TypeError)],
)
def test_a_secret_that_is_none_is_refused(secret: Any, kind: type[Exception]) -> None:
    for ask in (lambda: CURSOR.encode(secret), lambda: Cursor.decode(TEXT, secret), lambda: Cursor.decode("x", secret)):
        with pytest.raises(kind, match="secret of cursors") as caught:
            ask()
        assert not isinstance(caught.value, qlause.QlauseError)


@pytest.mark.parametrize("text", [None, 5, b"abc", ["a"]])
def test_a_text_of_another_type_is_a_type_error(text: Any) -> None:
    with pytest.raises(TypeError, match=f"the text of a cursor must be of type str, not {type(text).__name__}"):
        Cursor.decode(text, SECRET)


def test_a_cursor_has_one_spelling() -> None:
    odd = [Cursor.of("name", {"id": size, "name": "ÿ" * size}).encode(SECRET) for size in range(12)]
    assert {len(text) % 4 for text in odd} >= {0, 2, 3}
    for text in (TEXT, *odd):
        others = [text + "=" * more for more in range(1, 4)] + [
            f" {text}",
            f"{text}\n",
            text.replace("-", "+"),
            text.replace("_", "/"),
        ]
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        others += [text[:-1] + last for last in alphabet] + [text + "A", text[:-1]]
        for other in others:
            if other != text:
                assert code_of(lambda: Cursor.decode(other, SECRET)) == "cursor"  # noqa: B023  # called in this turn of the loop


def test_a_cursor_is_bounded_in_length() -> None:
    fits = Cursor.of("name", {"id": 1, "name": "x" * 12_000}).encode(SECRET)
    assert len(fits) <= 16_384
    assert Cursor.decode(fits, SECRET).values[0] == (2, "x" * 12_000)
    for size in (12_300, 10**6):
        assert code_of(lambda: Cursor.of("name", {"id": 1, "name": "x" * size}).encode(SECRET)) == "cursor_value"  # noqa: B023  # called in this turn of the loop
    assert code_of(lambda: Cursor.decode("A" * 10**6, SECRET)) == "cursor"


ENCODED: list[Any] = [
    2**63,
    10**999,
    -(10**999),
    Decimal("1E+6000"),
    Decimal("1E-6000"),
    Decimal("0.1"),
    1e308,
    "\ud800",
    "a\udfffb",
    "\0",
    "",
    "😀",
]


@pytest.mark.parametrize("value", ENCODED, ids=lambda value: repr(value)[:20])
def test_any_value_of_a_document_comes_back(value: Any) -> None:
    cursor = Cursor.of("a", {"id": 1, "a": value})
    again = Cursor.decode(cursor.encode(SECRET), SECRET)
    assert again == cursor
    is_after = python.after("a", again)
    assert (is_after({"id": 1, "a": value}), is_after({"id": 2, "a": value})) == (False, True)


@pytest.mark.parametrize(
    "value",
    [10**1000, 10**4300, -(10**5000), Decimal("1E+9999"), Decimal("1E-9999"), Decimal("1" * 1001)],
    ids=lambda value: type(value).__name__,
)
def test_a_number_beyond_all_bounds_is_a_clear_error(value: Any) -> None:
    assert code_of(lambda: Cursor.of("a", {"id": 1, "a": value}).encode(SECRET)) == "cursor_value"


@pytest.mark.parametrize("text", ["\ud800", "a\udc00"])
def test_engines_refuse_a_text_that_is_not_unicode(text: str) -> None:
    column = Schema({"id": {"type": "integer", "column": "id"}, "a": {"type": "string", "column": "a"}})
    cursor = Cursor.of("a", {"id": 1, "a": text})
    assert code_of(lambda: sql.after("a", cursor, "sqlite")) == "cursor_value"
    of_row = Cursor.of_row("a", {"id": 1, "a": text}, schema=column)
    assert code_of(lambda: sql.after("a", of_row, "postgresql", schema=column)) == "cursor_value"
    assert code_of(lambda: mongo.after("a", cursor)) == "cursor_value"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=4)
    )
)
def test_what_is_signed_but_is_no_cursor_is_refused(content: Any) -> None:
    """The secret may have signed other things, or cursors of another version."""
    for data in (content, ["x", content], ["x", [content]], ["x", [[1, content]]], ["x", [[4, content], None]]):
        with suppress(CursorError):
            cursor = Cursor.decode(_signed(json.dumps(data).encode()), SECRET)
            assert Cursor.decode(cursor.encode(SECRET), SECRET) == cursor


def test_what_sealed_cursors_need_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(ImportError, match=r"sealed cursors need the package cryptography: install qlause\[sealed\]"):
        Cursor.of("a", {"id": 1, "a": "x"}).encode(SECRET, sealed=True)


def test_what_is_signed_but_nested_too_deep_is_refused() -> None:
    for deep in (b"[" * 1_500, b'["x",' + b"[" * 1_400 + b"]" * 1_400 + b"]"):
        with pytest.raises(CursorError, match="this is not a cursor of this version"):
            Cursor.decode(_signed(deep), SECRET)


def _signed(content: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(SECRET, content, "sha256") + content).decode().rstrip("=")


@pytest.mark.parametrize("row", [None, 5, (1, "a"), ["a"], object()])
def test_a_row_gives_its_values_by_names(row: Any) -> None:
    schema = Schema({"id": {"type": "integer", "column": "id"}})
    with pytest.raises(TypeError, match="a row must give its values by the names of columns, and a"):
        Cursor.of_row("id", row, schema=schema)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("value", [Decimal("2.5"), Decimal("1E+3"), Decimal("1E-400"), Decimal(10**30), 2**63, 10**400])
def test_a_page_goes_on_from_any_number_of_a_row(dialect: Any, value: Any) -> None:
    for column in ("n", ("data", "n"), None):
        schema = Schema({"id": {"type": "integer", "column": "id"}, "n": {"type": "number", "column": column}})
        cursor = Cursor.of_row("n", {"id": 1, "n": value, "data": {"n": value}, "doc": {"n": value}}, schema=schema)
        again = Cursor.decode(cursor.encode(SECRET), SECRET)
        for backward in (False, True):
            params = sql.after("n", again, dialect, schema=schema, backward=backward).params
            given_values = params.values() if isinstance(params, dict) else params
            if dialect in ("sqlite", "clickhouse"):  # whose drivers take no Decimal
                assert not [each for each in given_values if isinstance(each, Decimal)]
