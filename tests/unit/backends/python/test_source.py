"""The generated source of predicates: what it may be made of, and that its fast way means what its general way does."""

from __future__ import annotations

import io
import itertools
import json
import keyword
import random
import re
import threading
import tokenize
from collections import UserDict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import CodeType, MappingProxyType
from typing import Any

import pytest

import qlause
from qlause import Field, Schema, python
from qlause.backends.python.access import attribute, item
from qlause.backends.python.source import _CODES, _NAMES, TEMPLATES, PredicateSource, _code
from qlause.bound.binder import bind
from qlause.limits import MAX_DEPTH

FIXED = {*_NAMES, *keyword.kwlist, *"dnvtx", "get", "lower", "isascii", "startswith", "endswith", "tzinfo"}
FIXED |= {"predicate", "view", "whole"}
HOSTILE = [
    "__import__",
    "os.system",
    "k1",
    "lambda",
    "{t}",
    "{key}",
    "{n}",
    "{0.__class__}",
    "%s",
    "'); import os; ('",
    '"""',
    "\\",
    "\n  return True",
    "#",
    "\u2028",
    "ª",
    "True",
]
FORMS = [
    "{k}:{v}",
    "{k}.{k}:(~{v} AND ~^{v} AND NOT ~{v}$)",
    "{k}.{k}.{k}:>{v}",
    '{k}:({v},"{{t}}",1,true,null)',
    "{k}.{k}:exists",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attributes", [False, True])
def test_no_text_of_a_query_is_in_the_source(
    text: str, form: str, attributes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []

    def recorded_code(source: str) -> CodeType:
        compiled.append(source)
        return _code(source)

    monkeypatch.setattr("qlause.backends.python.source._code", recorded_code)
    quoted = json.dumps(text)
    q = form.format(k=quoted, v=quoted)
    matches = PredicateSource(bind(f"{q} OR NOT ({q})"), attribute if attributes else item).compile()
    values: list[Any] = [
        text,
        1,
        None,
        [text, UserDict({text: text})],
        {text: [{text: text}, [text], None]},
        UserDict(),
    ]
    for value in values:
        assert matches({text: value})
    assert len(compiled) > 1, "functions made on demand are checked too"
    for source in compiled:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
        names = {token.string for token in tokens if token.type == tokenize.NAME}
        assert {name for name in names - FIXED if not re.fullmatch(r"[kcarpf][0-9]+", name)} == set()
        others = {token.type for token in tokens} - {tokenize.NAME, tokenize.OP}
        assert others <= {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def test_queries_of_one_structure_have_one_source() -> None:
    first, second = (PredicateSource(bind(q)) for q in ("a.b:x c:>=1 d:~x", "name.fr:y qty:>=70 key:~İ"))
    first.compile()
    known = len(_CODES)
    second.compile()
    assert len(_CODES) == known
    assert [each.compile()({"a": {"b": "x"}, "c": 1, "d": "x"}) for each in (first, second)] == [True, False]


def test_a_long_query_is_not_kept() -> None:
    """Some hundreds of them would fill the memory."""
    for number, is_kept in ((10, True), (400, False)):
        query = bind(" OR ".join(f"a{key}:x" for key in range(number)), limits=qlause.Limits(cost=3_000))
        assert PredicateSource(query).compile()({f"a{number - 1}": "x"})
        assert (TEMPLATES.find(query)[0] is TEMPLATES.find(query)[0]) is is_kept


class Text(str):
    """Text that is not exactly of the type str."""

    __slots__ = ()


class Whole(int):
    """A number that is not exactly of the type int."""


class Objects(dict[str, Any]):
    """An object that is not exactly of the type dict."""


VALUES: list[Any] = ["x", "1", "true", "İx", "ΑΣ", "", "2019-01-06T10:29:30.6Z", "2019-01-06T10:29:30Z"]
VALUES += ["2019-01-06T10:29:31Z", "2019-01-06T10:29:30", 1, 2, 0, -1, 10**400, True, False, None]
QUERIES = ["a:x", "a:1", "a:true", "a:(x,1,null)", "a:~İ", "a:~^x", "a:~σ$", "a:~^x$", "a:>1", "a:<=1.5", "a:>=x"]
QUERIES += [
    "a:((>x AND ~x) OR ~1)",
    "a:(NOT 1)",
    "a:(>0 AND <2)",
    "a:(~x OR NOT (1 OR x))",
    "a:(NOT ~x AND NOT >1)",
    "a:exists",
    "a:missing",
    "a:null",
]
INSTANTS = Schema({"a": Field(type="date-time", array=True), "a.b": Field(type="date-time", array=True)})
TIMES = [f"{sign}2019-01-06T10:29:30{rest}Z" for sign in ("", ">", ">=", "<", "<=") for rest in ("", ".6", ".602")]


def _odd(value: Any) -> Any:
    """The same document in other types: nothing is of the exact type that the fast way looks for."""
    match value:
        case dict():
            return Objects({key: _odd(each) for key, each in value.items()})
        case list():
            return tuple(_odd(each) for each in value)
        case str():
            return Text(value)
        case bool() | None:
            return value
        case int():
            return Whole(value)
        case _:
            return value


def _value(chance: random.Random, depth: int) -> Any:
    drawn = chance.random()
    if depth and drawn < 0.4:
        return {key: _value(chance, depth - 1) for key in "ab" if chance.random() < 0.8}
    if depth and drawn < 0.6:
        return [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return chance.choice(VALUES)


def test_a_document_of_other_types_is_the_same_document() -> None:
    chance = random.Random(0)  # test data, no secrets
    texts = [*QUERIES, *(q.replace("a:", "a.b:", 1) for q in QUERIES), *(q.replace("a:", "a.b.a:", 1) for q in QUERIES)]
    queries = [(text, python.predicate(text)) for text in (*texts, *(f"NOT {each}" for each in texts))]
    for time in TIMES:
        for text in (f"a:{time}", f"a.b:{time}", f"a:(NOT {time})", f"a:({time} AND <2019-01-06T10:29:31Z)"):
            queries.append((text, python.predicate(text, schema=INSTANTS)))
    for _ in range(150):
        document = {key: _value(chance, 3) for key in "ab" if chance.random() < 0.9}
        odd = _odd(document)
        for text, matches in queries:
            assert matches(document) is matches(odd) is matches(UserDict(document)), (text, document)


FRACTIONS = ("", ".0", ".5", ".6", ".60", ".600000001", ".602", ".999999999")


@pytest.mark.parametrize(("comparator", "constant"), [*itertools.product((">", ">=", "<", "<="), FRACTIONS[:-3])])
def test_text_is_compared_as_the_instant_that_it_is(comparator: str, constant: str) -> None:
    schema = Schema({"a": Field(type="date-time", storage="instant")})
    limit = Decimal(f"30{constant}")
    matches = python.predicate(f"a:{comparator}2019-01-06T10:29:30{constant}Z", schema=schema)
    for second, fraction in itertools.product((29, 30, 31), FRACTIONS):
        found = Decimal(f"{second}{fraction}")
        expected = {">": found > limit, ">=": found >= limit, "<": found < limit, "<=": found <= limit}[comparator]
        text = f"2019-01-06T10:29:{second}{fraction}Z"
        assert matches({"a": text}) is expected, text
        for no_instant in (text[:-1], text + "Z", text.replace("T", " "), text.replace("2019", "20x9"), text + "\n"):
            assert not matches({"a": no_instant}), no_instant


def test_native_instants_are_compared_in_utc() -> None:
    matches = python.predicate("a:>=2019-01-06T10:29:30Z")
    at = datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC)
    assert matches({"a": at})
    assert matches({"a": [at.astimezone(timezone(timedelta(hours=-9)))]})
    assert not matches({"a": at - timedelta(microseconds=1)})


def test_the_deepest_the_widest_and_the_longest_query() -> None:
    limits = qlause.Limits(depth=MAX_DEPTH, tests=2_000, q_length=1_000_000, cost=30_000)
    deep = "a:1"
    for level in range(MAX_DEPTH // 2 - 1):
        deep = f"(b:{level} OR (c:{level} {deep}))"
    assert python.predicate(deep, limits=limits)({"b": 48})
    inside = "1"
    for level in range(MAX_DEPTH // 2 - 1):
        inside = f"(>{level} OR (<{level} AND {inside}))"
    assert python.predicate(f"a:{inside}", limits=limits)({"a": [0.5]})
    for word, expected in (("AND", False), ("OR", True)):
        wide = python.predicate(f" {word} ".join(f"a{number}.b:~{number}" for number in range(2_000)), limits=limits)
        assert wide({"a1999": {"b": "1999"}}) is expected
    path = [f"s{number}" for number in range(16)]
    document: Any = "x"
    for key in reversed(path):
        document = [{key: document}, {key: None}]
    assert python.predicate(f"{'.'.join(path)}:x")(document[0])
    assert not python.predicate(f"{'.'.join(path)}:y")(MappingProxyType(document[0]))


def test_threads_may_be_the_first_to_need_a_function_together() -> None:
    documents: list[Any] = [{"a": [{"b": [each]}]} for each in ("x", "y", 1, None)] + [
        {"a": UserDict({"b": Text("x")})}
    ]
    for _ in range(50):
        matches = python.predicate("a.b:(x,1)")
        barrier = threading.Barrier(4)

        def work(_: int) -> list[bool]:
            barrier.wait()  # noqa: B023  # the pool is done before the next round
            return [matches(document) for document in documents]  # noqa: B023  # the pool is done by then

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [[True, False, True, False, True]] * 4
