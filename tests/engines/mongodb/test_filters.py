"""The documents that queries become: plain where the meaning is plain, and nothing of the user's but constants."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, Decimal128, ObjectId

import qlause
from engines.mongodb.collection import Collection, as_python, numbered
from engines.mongodb.server import SERVERS, ServerName
from qlause import Limits, QlauseError, Schema, UnsupportedError, field, mongo, python
from qlause.backends.mongo.patterns import contains, equal_folded, within_second
from qlause.values.datetimes import instant_key, instant_text_key

UUID_TEXT = "123e4567-e89b-12d3-a456-426614174000"
OBJECT_ID = "5c33a1b2c3d4e5f60718293a"
SCHEMA = Schema(
    {
        "name": "string",
        "code": {"type": "string", "case_sensitive": True},
        "mail": {"type": "string", "ignore_case": True},
        "qty": "integer",
        "price": "number",
        "tags": "string[]",
        "lines.qty": "integer[]",
        "active": "boolean",
        "at": {"type": "date-time", "storage": "native"},
        "text": {"type": "date-time", "storage": "instant"},
        "day": {"type": "date", "storage": "text"},
        "native_day": {"type": "date", "storage": "native"},
        "native_time": {"type": "time", "storage": "native"},
        "id": {"type": "objectid", "storage": "native", "stored": "_id"},
        "key": {"type": "uuid", "storage": "native"},
    }
)
_AT = datetime(2019, 1, 6, 10, 29, 30, 602000, UTC)


@pytest.mark.parametrize(
    ("q", "filter_"),
    [
        ("", {}),
        ('name:"John"', {"name": "John"}),
        ('name:("John", "Jack")', {"name": {"$in": ["John", "Jack"]}}),
        ('name:(null, "John")', {"name": {"$in": [None, "John"]}}),
        ("name:null", {"name": None}),
        ("NOT name:null", {"name": {"$ne": None}}),
        ("name:missing", {"name": {"$exists": False}}),
        ("name:exists", {"name": {"$exists": True}}),
        ("name:()", {"_id": {"$in": []}}),
        ("qty:(>=10 AND <=20)", {"qty": {"$gte": 10, "$lte": 20}}),
        ("qty:>=10 qty:<=20", {"qty": {"$gte": 10, "$lte": 20}}),
        ("qty:(>1 AND >5 AND <9 AND NOT 7)", {"qty": {"$gt": 5, "$lt": 9, "$ne": 7}}),
        ("qty:(5 AND >4)", {"qty": 5}),
        ("qty:(5 AND >5)", {"_id": {"$in": []}}),
        ("qty:(NOT 7)", {"qty": {"$exists": True, "$ne": 7}}),
        ("NOT qty:7", {"$nor": [{"qty": 7}]}),
        ("NOT qty:7 NOT name:x", {"$nor": [{"qty": 7}, {"name": "x"}]}),
        ("qty:9007199254740993", {"qty": 9007199254740993}),
        ("qty:1 OR qty:2 OR name:x", {"$or": [{"qty": {"$in": [1, 2]}}, {"name": "x"}]}),
        (
            "qty:>1 (name:x OR qty:7) (code:x OR qty:8)",
            {
                "$and": [
                    {"qty": {"$gt": 1}, "$or": [{"name": "x"}, {"qty": 7}]},
                    {"$or": [{"code": "x"}, {"qty": 8}]},
                ]
            },
        ),
        ("active:true", {"active": True}),
        ("name:empty()", {"name": ""}),
        ("tags:size(3)", {"tags": {"$size": 3}}),
        ("tags:size(1,2)", {"$or": [{"tags": {"$size": 1}}, {"tags": {"$size": 2}}]}),
        ("tags:size(<2)", {"$or": [{"tags": {"$size": 0}}, {"tags": {"$size": 1}}]}),
        ("tags:size(>=0)", {"tags": {"$type": "array"}}),
        ("tags:size(>=1)", {"tags": {"$type": "array"}, "$nor": [{"tags": {"$size": 0}}]}),
        ("NOT tags:size(3)", {"$nor": [{"tags": {"$size": 3}}]}),
        (
            "tags:empty()",
            {"$or": [{"tags": {"$size": 0}}, {"tags": {"$in": ["", {}]}, "$nor": [{"tags": {"$type": "array"}}]}]},
        ),
        (
            "lines.qty:size(>=1)",
            {
                "$or": [
                    {"lines": {"$elemMatch": {"qty": {"$type": "array"}, "$nor": [{"qty": {"$size": 0}}]}}},
                    {
                        "lines.qty": {"$type": "array"},
                        "$nor": [{"lines.qty": {"$size": 0}}, {"lines": {"$type": "array"}}],
                    },
                ]
            },
        ),
        ("code:~^AB", {"code": {"$regex": "^AB"}}),
        ("name:~ki.ß", {"name": {"$regex": "[kK\u212a][iIİ]\\.[ßẞ]"}}),
        ("name:~𐐨$", {"name": {"$regex": r"(?:𐐨|𐐀)\z"}}),
        ('name:~"a|(b)"', {"name": {"$regex": r"[aA]\|\([bB]\)"}}),
        ("mail:A@b", {"mail": {"$regex": r"^[aA]@[bB]\z"}}),
        ("at:>=2019-01-06T10:29:30.602Z", {"at": {"$gte": _AT}}),
        ("at:>=2019-01-06T10:29:30.602001Z", {"at": {"$gt": _AT}}),
        ("at:<2019-01-06T10:29:30.602001Z", {"at": {"$lte": _AT}}),
        ("at:2019-01-06T10:29:30.602001Z", {"_id": {"$in": []}}),
        ("at:2019-01-06", {"at": {"$gte": datetime(2019, 1, 6, tzinfo=UTC), "$lt": datetime(2019, 1, 7, tzinfo=UTC)}}),
        ("day:>2019-01-06", {"day": {"$gt": "2019-01-06"}}),
        (f"id:{OBJECT_ID.upper()}", {"_id": ObjectId(OBJECT_ID)}),
        (f"key:{UUID_TEXT}", {"key": Binary.from_uuid(UUID(UUID_TEXT))}),
        ("price:0.5", {"price": 0.5}),
        ("price:0.1", {"price": {"$in": [0.1, Decimal128("0.1")]}}),
        ("price:>0.1", {"price": {"$gt": Decimal128("0.1"), "$ne": 0.1}}),
        ("price:>=0.1", {"price": {"$gte": Decimal128("0.1")}}),
        ("price:<0.1", {"price": {"$lt": Decimal128("0.1")}}),
        ("price:<=0.1", {"$or": [{"price": 0.1}, {"price": {"$lte": Decimal128("0.1")}}]}),
        ('tags:"a"', {"tags": "a"}),
        ("tags:~a tags:~b", {"$and": [{"tags": {"$regex": "[aA]"}}, {"tags": {"$regex": "[bB]"}}]}),
        (
            "lines.qty:(>1 AND <5)",
            {
                "$or": [
                    {"lines.qty": {"$elemMatch": {"$gt": 1, "$lt": 5}}},
                    {"lines": {"$elemMatch": {"qty": {"$gt": 1, "$lt": 5}, "$nor": [{"qty": {"$type": "array"}}]}}},
                    {
                        "lines.qty": {"$gt": 1, "$lt": 5},
                        "$nor": [{"lines": {"$type": "array"}}, {"lines.qty": {"$type": "array"}}],
                    },
                ]
            },
        ),
    ],
)
def test_filters_of_declared_fields(q: str, filter_: dict[str, Any]) -> None:
    found = mongo.filter(q, schema=SCHEMA)
    assert found == filter_
    assert _operators(found) <= _EMITTED


@pytest.mark.parametrize(
    ("q", "filter_"),
    [
        ("version:1", {"version": {"$in": ["1", 1]}}),
        ("primary:true", {"primary": {"$in": ["true", True]}}),
        ("a.b:null", {"$or": [{"a.b": {"$exists": False}}, {"a.b": {"$type": "null"}}]}),
        ("at:2019-01-06T10:29:30.602Z", {"at": {"$in": ["2019-01-06T10:29:30.602Z", _AT]}}),
    ],
)
def test_filters_of_undeclared_fields(q: str, filter_: dict[str, Any]) -> None:
    assert mongo.filter(q) == filter_


def test_without_decimals_a_fraction_is_a_double() -> None:
    assert mongo.filter("price:>0.1", decimals=False) == {"price": {"$gt": 0.1}}
    assert mongo.filter("price:0.1", decimals=False) == {"price": {"$in": ["0.1", 0.1]}}


_EMITTED = {
    *("$and", "$or", "$nor", "$in", "$nin", "$eq", "$ne", "$gt", "$gte", "$lt", "$lte"),
    *("$regex", "$not", "$type", "$exists", "$elemMatch", "$size"),
}
_HOSTILE = [
    *(
        "$where",
        "$expr",
        "$ne",
        "{$ne: null}",
        "$function",
        "this.a",
        "sleep(1000)",
        "';return true;//",
        "\\",
        "\\E",
        "\\Q",
    ),
    *(".*", "^", "$", "(?i)a", "(?s).", "(a+)+$", "[", "]", "[^a]", "{2}", "a|b", "\\z", "\\x00", "(?#", "*", "+", "?"),
    *(
        '"',
        "'",
        '\\"',
        '{"$gt":""}',
        "\u0000",
        "\n",
        "\u2028",
        "İ",
        "ς",
        "\U0010ffff",
        "a" * 1000,
        "𐐀" * 1000,
        "K" * 1000,
    ),
    *("__proto__", "constructor", "null", "[object Object]", "0", "true"),
]


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("text", _HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_texts_select_what_they_name(text: str, server: ServerName) -> None:
    storable = text.replace("\0", "")
    values = [storable, f"x{storable}y", storable * 2, "", "a", "ab", {"b": storable}, 5, None]
    stored = numbered([{"a": value} for value in values] + [{"a": [storable, "other"]}, {}])
    collection = Collection(stored, server)
    a = field("a")
    queries = [a.equals(text), a.contains(text), a.starts_with(text), a.ends_with(text), a.one_of([text, "other"])]
    for query in [*queries, *(~query for query in queries), a > text]:
        filter_ = mongo.filter(query)
        assert _operators(filter_) <= _EMITTED
        wanted = [each["id"] for each in stored if python.predicate(query)(each)]
        assert collection.ids(filter_) == wanted


@pytest.mark.parametrize("key", ["$where", "$ne", "a.b", "$", ".", "a.", "$or"])
def test_keys_that_would_be_operators_or_paths_are_refused(key: str) -> None:
    text = f'name:x "{key}".b:1'
    with pytest.raises(UnsupportedError) as caught:
        mongo.filter(text)
    assert (caught.value.code, caught.value.offset, caught.value.length) == ("key", 7, len(key) + 4)
    with pytest.raises(UnsupportedError) as caught:
        mongo.sort(f'name,b."{key}"')
    assert (caught.value.code, caught.value.offset) == ("key", 5)
    for refused in (
        lambda: mongo.filter(field(qlause.Path(("a", key))).equals(1)),
        lambda: mongo.projection(f'a."{key}"'),
    ):
        with pytest.raises(UnsupportedError):
            refused()


def test_refusals_say_what_to_do() -> None:
    with pytest.raises(UnsupportedError, match="stores no date without a time") as caught:
        mongo.filter("native_day:>2019-01-06", schema=SCHEMA)
    assert (caught.value.code, caught.value.offset) == ("date", 0)
    with pytest.raises(UnsupportedError, match="stores no native times of day, as native_time is said to be") as caught:
        mongo.filter("native_time:(>10:30 AND <11:00)", schema=SCHEMA)
    assert (caught.value.code, caught.value.offset) == ("no_native_type", 0)
    deep = "a:1"
    for number in range(90):
        deep = f"(b:2 {('OR', 'AND')[number % 2]} {deep})"
    with pytest.raises(UnsupportedError, match="nested so deep"):
        mongo.filter(deep, limits=Limits(depth=100))
    limits = Limits(contains_length=20_000, q_length=50_000)
    with pytest.raises(UnsupportedError, match="longer pattern"):
        mongo.filter(f"a:~{'a' * 16_000}", limits=limits)
    with pytest.raises(UnsupportedError, match="20 texts in one value"):
        mongo.filter(f"a:({' AND '.join(f'~x{number}' for number in range(21))})")
    ors = " AND ".join(f"(~a{number} OR ~b{number})" for number in range(20))
    with pytest.raises(UnsupportedError, match="too much for MongoDB"):
        mongo.filter(f"a:({ors})")


def test_a_size_that_is_left_out_is_named_alone() -> None:
    one = {"tags": {"$type": "array"}, "$nor": [{"tags": {"$size": 2**53 - 1}}]}
    assert mongo.filter("tags:size(NOT 9007199254740991)", schema=Schema({"tags": "string[]"})) == one


@pytest.mark.parametrize(
    "q", ["tags:size(<101)", "NOT tags:size(>=101)", "a.tags:size(>=101)", "tags:size(>0 AND <200)"]
)
def test_too_many_sizes(q: str) -> None:
    with pytest.raises(UnsupportedError, match="numbers of elements of the field") as caught:
        mongo.filter(q)
    assert caught.value.code == "too_many_sizes"
    assert caught.value.offset == q.index("tags") - 2 * ("a." in q)
    assert len(mongo.filter("tags:size(<100)")["$or"]) == len(mongo.filter("tags:size(>=100)")["$nor"]) == 100


def test_many_ranges_about_one_value_stay_small() -> None:
    ors = " AND ".join(f"(<{number} OR >{number})" for number in range(90))
    filter_ = mongo.filter(f"qty:({ors})", schema=SCHEMA, limits=Limits.generous())
    assert len(filter_["$or"]) == 91


def test_many_folded_values_are_several_patterns() -> None:
    patterns = equal_folded(["ab" * 100 + str(number) for number in range(200)])
    assert len(patterns) == 25
    assert all(len(str(pattern.text)) <= 32_764 for pattern in patterns)


@pytest.mark.parametrize(
    ("comparator", "micro"),
    [
        (comparator, micro)
        for comparator in (">", ">=", "<", "<=")
        for micro in (0, 1, 10, 602000, 602001, 999999, 100000, 90)
        if (comparator, micro) != ("<", 0)  # there is none
    ],
)
def test_fractions_within_a_second(comparator: Any, micro: int) -> None:
    second = "2019-01-06T10:29:30"
    limit = instant_key(datetime.fromisoformat(second).replace(microsecond=micro, tzinfo=UTC))
    found = re.compile(str(within_second(comparator, limit).text).replace(r"\z", r"\Z"))
    digits = f"{micro:06}"
    fractions = {digits[:length] + tail for length in range(7) for tail in ("", "0", "1", "9", "00", "000", "001", "5")}
    holds = {">": str.__gt__, ">=": str.__ge__, "<": str.__lt__, "<=": str.__le__}[comparator]
    for fraction in {each for each in fractions if len(each) <= 9}:
        text = f"{second}.{fraction}Z" if fraction else f"{second}Z"
        key = instant_text_key(text)
        assert key is not None
        assert bool(found.search(text)) == holds(key, limit), text


def test_anchors_are_those_of_the_text() -> None:
    assert contains("a$", starts=True, ends=True, folded=True).text == r"^[aA]\$\z"


@pytest.mark.parametrize("server", SERVERS)
def test_decimals_and_doubles_through_both_judges(server: ServerName) -> None:
    numbers: list[Any] = [0.1, Decimal("0.1"), Decimal("0.10"), 0.3, Decimal("0.3"), 1, 1.0, Decimal("1.00"), 0.2, 1e23]
    numbers += [Decimal("1E+23"), 2**53, 2**53 + 1, float(2**53), Decimal("0.1000000000000000001"), 0.7, Decimal("0.7")]
    stored = numbered([{"a": number} for number in numbers] + [{"a": [number, -5]} for number in numbers])
    collection = Collection(stored, server)
    for literal in ("0.1", "0.3", "1", "1.0", "0.7", "1e23", "0.2", "9007199254740991"):
        for q in (f"a:{literal}", *(f"a:{sign}{literal}" for sign in (">", ">=", "<", "<="))):
            for text in (q, f"NOT {q}", f"a:(NOT {q[2:]})"):
                wanted = [each["id"] for each in stored if python.predicate(text)(as_python(each))]
                assert collection.ids(mongo.filter(text)) == wanted, text


def test_errors_of_binding_come_through() -> None:
    with pytest.raises(QlauseError):
        mongo.filter("unknown:1", schema=SCHEMA)
    assert mongo.filter(qlause.parse("name:x"), schema=SCHEMA) == {"name": "x"}


def _operators(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {key for key in value if key.startswith("$")}.union(*map(_operators, value.values()))
    return set().union(*map(_operators, value)) if isinstance(value, list) else set()


def test_the_driver_is_only_needed_for_its_own_values() -> None:
    program = """
import sys
sys.modules["bson"] = None
from qlause import Schema, mongo
assert mongo.filter('name:~x qty:(>1 AND <5) at:>="2019-01-06T10:29:30Z"')
assert mongo.sort("name") and mongo.projection("name")
try:
    mongo.filter("price:>0.1")
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "MongoDB's own values need the package pymongo: install qlause[mongo]\n"
