"""A hint that proposes a text proposes one that parses, and that means what the user meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import QuerySyntaxError

NAMES: Final = st.sampled_from(["name", "a.b", '"a b"', "größe", "_id", '"x"."y"', "in", "not"])
WORDS: Final = st.sampled_from(
    [
        *("x", "5", "-1.5", "true", "A-1", "é", "in", "TO", "not", "null", "a:b", "now-7d", "x@y.org", "is"),
        *("2024-01-01T10:00:00Z", "\\", "a\\", "y" * 41, "'q'", "a.b", "%", "exists", "AND", "name:x", "^x$"),
    ]
)
TEXTS: Final = st.sampled_from(["x", "a b", "", 'say "hi"', "C:\\", "a,b", "(", "y" * 50, "null"]).map(json.dumps)
VALUES: Final = WORDS | TEXTS


class Slip(NamedTuple):
    """What a user writes, and what the user means by it."""

    written: Callable[[str, str, str], str]
    meant: Callable[[str, str, str], str]


SLIPS: Final = {
    "in": Slip("{0}:in({1},{2})".format, "{0}:({1},{2})".format),
    "in and a space": Slip("{0}:in ({1}, {2})".format, "{0}:({1},{2})".format),
    "nin": Slip("{0}:nin({1},{2})".format, "NOT {0}:({1},{2})".format),
    "in as a word": Slip("{0} in ({1},{2})".format, "{0}:({1},{2})".format),
    "not in": Slip("{0} not in ({1},{2})".format, "NOT {0}:({1},{2})".format),
    "a range": Slip("{0}:[{1} TO {2}]".format, "{0}:(>={1} AND <={2})".format),
    "an open range": Slip("{0}:{{{1} TO *]".format, "{0}:>{1}".format),
    "is null": Slip("{0}:is null".format, "{0}:null".format),
    "not null": Slip("{0}:not null".format, "NOT {0}:null".format),
    "is not exists": Slip("{0} is not exists".format, "NOT {0}:exists".format),
    "at least": Slip("{0}:=>{1}".format, "{0}:>={1}".format),
    "at most": Slip("{0}:=<{1}".format, "{0}:<={1}".format),
    "clauses": Slip("{0}:(b:{1} AND c:{2})".format, "{0}:elemMatch(b:{1} AND c:{2})".format),
    "elemmatch": Slip("{0}:elemmatch(b:{1} c:{2})".format, "{0}:elemMatch(b:{1} c:{2})".format),
    "length": Slip("{0}:length(3)".format, "{0}:size(3)".format),
    "size and a space": Slip("{0}:size (3)".format, "{0}:size(3)".format),
    "is empty": Slip("{0}:isEmpty()".format, "{0}:empty()".format),
    "unequal": Slip("{0}!={1}".format, "NOT {0}:{1}".format),
    "a list": Slip("{0}:{1},{2}".format, "{0}:({1},{2})".format),
}
_PROPOSED: Final = re.compile(r"write ((?:NOT )?.+?)(?=, or |; |, as in |$)")
_PLACEHOLDERS: Final = frozenset({"x", "y", "value", "text"})


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
@given(name=NAMES, one=VALUES, other=VALUES, before=st.sampled_from(["", "z:1 "]), after=st.sampled_from(["", " z:2"]))
def test_what_a_hint_proposes_means_what_was_meant(
    slip: Slip, name: str, one: str, other: str, before: str, after: str
) -> None:
    written = f"{before}{slip.written(name, one, other)}{after}"
    try:
        qlause.parse(written)
    except QuerySyntaxError as error:
        hint = error.hint or ""
    else:
        return  # the values make it a text of the language
    found = _PROPOSED.match(hint)
    if found is None or found[1].split(":")[0].split(" ")[-1] not in (name, "b", "c") or '"…"' in hint or "…" in hint:
        return
    proposed = qlause.parse(found[1])
    # Single quotes are text here, and quotes in other languages.
    meant = [slip.meant(name, *values) for values in ((one, other), [each.replace("'", '"') for each in (one, other)])]
    if found[1] in meant:
        return
    # Placeholders stand for values that a hint cannot show.
    assert proposed in map(_parsed, meant) or _uses_placeholders(found[1], one, other), (written, hint)


def _parsed(text: str) -> qlause.Query | None:
    try:
        return qlause.parse(text)
    except QuerySyntaxError:
        return None


def _uses_placeholders(proposed: str, *own: str) -> bool:
    """Whether no value of the user is in a proposed text, or it is about a part that is wrong for itself."""
    values = re.findall(r'"(?:[^"\\]|\\.)*"|[^\s(),:<>=~]+', proposed.split(":", 1)[-1])
    return any(value in _PLACEHOLDERS for value in values) or not any(value in own for value in values)
