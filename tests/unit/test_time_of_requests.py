"""No text takes much longer than plain text of its length, by the lines of Python that run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import SequenceMatcher
from random import Random

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

import qlause
from qlause import Limits, QlauseError, Schema, bind
from qlause.errors import Vocabulary, did_you_mean
from qlause.syntax import lalr
from qlause.testing import queries
from tests.work import lines_run

LENGTH = 16_000
LIMITS = Limits(tests=20_000, cost=1_000_000)
MANY_FIELDS = Schema({f"group{number % 70}.field{number}": "string" for number in range(4_900)})
DATES = Schema({"at": "date-time", "day": "date"})


def enum(**options: bool) -> Schema:
    return Schema({"e": {"type": "enum", "values": tuple(f"v{number}" for number in range(1_000)), **options}})


def nested(seed: int) -> str:
    """Groups that bring the parser to another place at each token."""
    random = Random(seed)
    groups = []
    length = 0
    while length < LENGTH:
        opened = random.choices(["(", "NOT ", "a:1 OR (", "b:1 AND (", "c:1 ("], k=random.randint(20, 30))
        groups.append("".join(opened) + "a:1" + ")" * sum(each.endswith("(") for each in opened))
        length += len(groups[-1]) + 1
    return " ".join(groups)


def lines(text: str, schema: Schema | None) -> int:
    """How many lines run for a text."""

    def answer() -> None:
        try:
            bind(text, schema=schema, limits=LIMITS)
        except QlauseError as error:
            str(error)

    return lines_run(answer)


KINDS: dict[str, tuple[Callable[[int], str], Schema | None]] = {
    "members of an enum": (lambda seed: f"e:({','.join(f'v{n % 999}' for n in range(seed, seed + 3_200))})", enum()),
    "members of an enum, any case": (
        lambda seed: f"e:({','.join(f'V{n % 999}' for n in range(seed, seed + 3_200))})",
        enum(ignore_case=True),
    ),
    "a value that no enum has": (lambda seed: f"e:({'v1,' * 5_000}w{seed})", enum()),
    "date math": (lambda seed: f"at:({','.join(['now/d'] * 2_600)},now-{seed}d)", DATES),
    "date math of dates": (lambda seed: f"day:({','.join(['now/d'] * 2_600)},now-{seed}d)", DATES),
    "nested groups": (nested, None),
    "an unknown field": (lambda seed: " ".join(["group1.field1:x"] * 990) + f" grop{seed}.feild{seed}:x", MANY_FIELDS),
    "a field in a group": (
        lambda seed: " ".join(["group1.field1:x"] * 990) + f" group{seed}.fields{seed}x:x",
        MANY_FIELDS,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_text_takes_five_times_as_long(kind: str) -> None:
    text_of, schema = KINDS[kind]
    for seed in (1, 2):  # the first may load something
        text = text_of(seed)
        ratio = lines(text, schema) / lines('name:"John S" ' * (len(text) // 14), None)
    assert ratio < 5


def test_hints_are_those_of_all_words() -> None:
    words = [f"group{number % 70}.field{number}" for number in range(4_900)]
    known = Vocabulary(words)
    for word, nearest in (
        ("group3.feild3", "group3.field3"),
        ("grup69.field69", "group69.field69"),
        ("GROUP5.FIELD5", "group5.field5"),
        ("gruop11.field4211", "group11.field4211"),
    ):
        assert known.nearest(word) == nearest
        assert did_you_mean(word, words) == f"did you mean {nearest}?"
    for word in ("zzz", "", "x", "q" * 64, "g" * 65):
        assert known.nearest(word) is None


@given(st.lists(st.text("abcde", min_size=3, max_size=8), min_size=40, max_size=80), st.data())
def test_a_known_word_with_one_letter_too_much_is_found(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    asked = f"{word}x"
    found = Vocabulary(words).nearest(asked)
    assert found is not None
    best = max(SequenceMatcher(None, each, asked).ratio() for each in words)
    assert SequenceMatcher(None, found, asked).ratio() == best


@pytest.mark.parametrize("zone", [UTC, tz.gettz("Europe/Brussels"), tz.tzlocal()])
def test_date_math_in_any_zone(zone: tzinfo) -> None:
    now = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    for moment in (now, now + timedelta(hours=1)):
        bind("at:(>=now/h OR >=now/h)", schema=DATES, now=moment, timezone=zone)
    assert bind("at:>now", schema=DATES, now=now) != bind("at:>now", schema=DATES, now=now + timedelta(hours=1))


def _outcome(text: str) -> object:
    try:
        query = qlause.parse(text, limits=LIMITS)
    except QlauseError as error:
        return error.to_dict()
    return query, [(clause.path.span, clause.source) for clause in query.clauses()]


@given(queries(), st.data())
def test_a_text_means_the_same_when_it_is_read_from_the_tables(query: qlause.Query, data: st.DataObject) -> None:
    text = str(query)
    if data.draw(st.booleans()) and text:
        at = data.draw(st.integers(0, len(text) - 1))
        text = text[:at] + data.draw(st.sampled_from(["", "(", ")", " OR", ":", "NOT ", '"', ","])) + text[at + 1 :]
    expected = _outcome(text)
    for steps in (0, data.draw(st.integers(0, 20))):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lalr, "_STARTS", {})
            patch.setattr(lalr, "_MAX_NEW_STEPS", steps)
            assert _outcome(text) == expected


def test_the_depth_is_limited_when_it_is_read_from_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lalr, "_STARTS", {})
    monkeypatch.setattr(lalr, "_MAX_NEW_STEPS", 0)
    qlause.parse("(" * 32 + "a:1" + ")" * 32 + " NOT (a:(1))" * 40)
    with pytest.raises(qlause.LimitExceededError) as caught:
        qlause.parse("b:2 " + "(" * 33 + "a:1" + ")" * 33)
    assert (caught.value.code, caught.value.offset) == ("limit_depth", 36)
