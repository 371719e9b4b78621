"""Queries as large, as deep and as odd as the limits allow, and documents with values to match."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from qlause import Field, LimitExceededError, Schema, bind

__all__ = ["DOCUMENTS", "REFUSED", "SCHEMA", "largest_texts", "texts"]

SCHEMA: Final = Schema(
    {
        "id": "integer",
        "t": Field(type="string", ignore_case=True, array=True),
        "s": "string",
        "at": {"type": "date-time", "storage": "instant"},
        "n": "number",
        "l": {"type": "localized", "languages": tuple("abcdefgh")},
        "many": {"type": "localized", "languages": tuple(f"l{number}" for number in range(24))},
        "o": {"type": "object", "open": True},
    }
)
DOCUMENTS: Final[list[dict[str, Any]]] = [
    {"id": 1, "t": "Владивосток " * 5_000, "s": "a" * 60_000, "n": 1, "at": "2024-01-01T00:00:00Z", "l": {"a": "x"}},
    {"id": 2, "t": ["äöüßéàçñ", "K"], "s": "İ%_[", "n": 2.5, "at": "2024-01-01T00:00:00.5Z", "o": {"a": [{"b": "x"}]}},
    {
        "id": 3,
        "t": "x",
        "name": "x1 é2",
        "many": {"l3": "x7"},
        "o": {"a": {"b": {"c": [1, "x"]}}, "x": "x0", "y": "x0"},
    },
    {"id": 4},
]
ALPHABETS: Final = ("ab", "äöüßéàçñ", "абвгдежзиклмнопрстуфхцчшщ", "kKiIİ\u212aσς", "%_[]*?\\'`", "𐐀𐐨x")
DEEP: Final = "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p"
_UNDECLARED: Final = (
    *("name:~{}", "name:{}", f"{DEEP}:exists", f"{DEEP}:({{}},1)", "o:elemMatch(x:{} y:~{})", "o.a:(1 OR ~{})"),
)
_DECLARED: Final = (
    *("t:~{}", "t:({},Ä{})", "many:{}", "many:~{}", "many.l3:{}", "s:~{}$", "n:>1", "at:>=now/d", "o.a.b:~^{}"),
)
REFUSED: Final = (
    "limit_length",
    "limit_depth",
    "limit_cost",
    "limit_characters",
    "limit_tests",
    "too_deep",
    "too_long",
)


@st.composite
def values(draw: st.DrawFn) -> str:
    """A text, most of them short, in quotes."""
    letters = draw(st.sampled_from(ALPHABETS))
    text = draw(st.text(letters, min_size=1, max_size=12)) * draw(st.sampled_from((1, 1, 1, 80)))
    escaped = text[:1_000].replace("\\", "\\\\")
    return f'"{escaped}"'


@st.composite
def leaves(draw: st.DrawFn, name: str) -> str:
    """A test of a field, without the field."""
    if name == "at":
        return draw(st.sampled_from((">2024-01-01T00:00:00Z", "2024-01-01", "<=2024-01-01T00:00:00.5Z")))
    if name == "n":
        return draw(st.sampled_from(("1", ">2", "<=2.5", "(1,2,3)")))
    value = draw(values())
    many = ",".join([value[:40].rstrip('\\"') + f'{number}"' for number in range(draw(st.sampled_from((2, 33, 200))))])
    return draw(st.sampled_from((value, f"~{value}", f"~^{value}", f"~{value}$", f"~^{value}$", f"({many})")))


@st.composite
def texts(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """A query, nested inside one field and around it, and repeated until the limits are met."""
    name = draw(st.sampled_from(names))
    inner = draw(leaves(name))
    depth = draw(st.sampled_from((0, 1, 8, 14)))
    for level in range(depth):
        word = (" OR ", " AND ", " AND NOT ")[draw(st.integers(0, 2))]
        other = draw(leaves(name)) if level < 3 else inner
        inner = f"{other}{word}({inner})" if draw(st.booleans()) else f"({inner}){word}{other}"
    text = f"{name}:({inner})" if depth else f"{name}:{inner}"
    for _ in range(draw(st.sampled_from((0, 1, 8, 14)))):
        word = (" OR ", " AND ", " NOT ")[draw(st.integers(0, 2))]
        other = draw(st.sampled_from(("id:1", "s:exists", "n:missing", "NOT t:null")))
        text = f"{other}{word}({text})" if draw(st.booleans()) or word == " NOT " else f"({text}){word}{other}"
    times = draw(st.sampled_from((1, 1, 5, 40)))
    return " OR ".join([f"({text})"] * times) if times > 1 else text


@st.composite
def largest_texts(draw: st.DrawFn, schema: Schema | None) -> str:
    """One clause, with other values each time, repeated as often as the limits allow."""
    clauses = _UNDECLARED if schema is None else _DECLARED
    clause = draw(st.sampled_from(clauses))
    if draw(st.booleans()):
        clause = f"NOT {clause}"
    letters = draw(st.sampled_from(("x", "é", "Ж", "k", "a" * 40)))
    word = draw(st.sampled_from((" ", " OR ")))

    def text(count: int) -> str:
        return word.join(clause.replace("{}", f"{letters}{number}") for number in range(count))

    low, high = 1, 2_000
    while low < high:
        middle = (low + high + 1) // 2
        try:
            bind(text(middle), schema=schema)
            low = middle
        except LimitExceededError:
            high = middle - 1
    return text(low)
