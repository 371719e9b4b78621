"""What is written once for a shape is what would be written for each query of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import qlause
from qlause import Limits, QlauseError, Schema, mongo, sql
from qlause.backends.mongo.filters import filter_of
from qlause.backends.mongo.plan import kept_filter_of
from qlause.backends.parameters.placeholder import NeedsValueError
from qlause.backends.parameters.structure import bound_of, shape_of
from qlause.backends.sql.compiler import Emitter
from qlause.backends.sql.dialects import dialect_named
from qlause.backends.sql.plan import condition_of
from qlause.bound.nodes import BoundQuery
from qlause.schema.storage import Relation
from qlause.sql import DialectName
from qlause.testing import queries, schemas

from .generators import WIDE

DIALECTS: Final = get_args(DialectName)
_LINES: Final = Relation("lines", on=(("order_id", "id"),), column="sku")
TABLE: Final = Schema(
    {
        "id": {"type": "integer", "column": "id"},
        "name": {"type": "string", "column": "name"},
        "code": {"type": "string", "column": "code", "case_sensitive": True, "binary": True},
        "mail": {"type": "string", "column": "mail", "ignore_case": True, "folded": "mail_fold"},
        "price": {"type": "number", "column": "price"},
        "active": {"type": "boolean", "column": "active"},
        "at": {"type": "date-time", "column": "made_at"},
        "local": {"type": "date-time", "column": "made_here", "storage": "utc"},
        "written": {"type": "date-time", "column": "written", "storage": "milliseconds"},
        "text": {"type": "date-time", "column": ("doc", "text"), "storage": "instant"},
        "day": {"type": "date", "column": "day"},
        "ref": {"type": "uuid", "column": "ref", "storage": "text"},
        "tags": {"type": "string", "array": True, "column": "tags"},
        "label": {"type": "string", "column": ("doc", "label")},
        "score": {"type": "number", "column": ("doc", "score")},
        "sku": {"type": "string", "array": True, "relation": _LINES},
        "title": {"type": "localized", "languages": ("en", "fr"), "column": "title"},
    }
)
PLAIN: Final = (
    'name:"John"',
    "name:(John,Jack)",
    "name:~john",
    "name:~john$",
    "price:2",
    "price:>=2.5",
    "id:(1,2,3)",
    "id:(>=2 AND <5)",
    "active:true",
    'at:(>"2019-01-06T10:29:30.602Z" AND <"2020-01-07T10:29:30.602Z")',
    "at:2019-01-06",
    "name:exists",
    "name:null NOT id:7",
    "compoundLogicalQuery:((name:~a) OR (id:1 price:>2))",
)


def outcome(make: Callable[..., Any], *arguments: Any) -> tuple[Any, ...]:
    """What comes of a call, types of numbers included; or how it was refused."""
    try:
        found = make(*arguments)
    except QlauseError as error:
        return type(error), error.code, str(error)
    return (found, repr(found), repr(getattr(found, "piece", None)))


def check(bound: BoundQuery) -> None:
    """Every dialect and MongoDB write it the same way, by its shape and by itself."""
    for name in DIALECTS:
        dialect = dialect_named(name)
        emitter = Emitter(dialect, "doc", "t")
        by_itself = outcome(lambda emitter=emitter: emitter.rendered(emitter.query(bound)))
        for _ in range(2):
            assert outcome(condition_of, dialect, "doc", "t", bound) == by_itself, name
    for decimals in (True, False):
        by_itself = outcome(filter_of, bound.root, decimals)
        for _ in range(2):
            assert outcome(kept_filter_of, bound.root, decimals) == by_itself


@given(queries())
@example(qlause.parse('a:~"\\u0000" b:("x\\u0000","y") c:>"z\\u0000"'))
@example(qlause.parse("a:9007199254740993 b:-9223372036854775808 c:(1,1e300) d:0.1 e:<1.5"))
@example(qlause.parse('b:"" c:~^"\U0010ffff" d:>"\U0010ffff" e:~^"\ud7ff"'))
@example(qlause.parse('a:(>="2019-01-06T10:29:30.602Z" AND <"2019-01-06T10:29:30.999Z")'))
@example(qlause.parse('a:(>"0001-01-01T00:00:00Z" AND <"9999-12-31T23:59:59.999999Z")'))
@example(qlause.parse("a:(>b AND <b) c:(>2 AND <1) d:(>=2 AND <=2)"))
@example(qlause.parse("a:((x OR y) AND (y OR z)) b:(NOT x AND NOT (x OR y))"))
def test_any_field(query: qlause.Query) -> None:
    check(qlause.bind(query))
    check(qlause.bind(~query))


@given(queries(vocabulary=WIDE))
def test_any_number(query: qlause.Query) -> None:
    check(qlause.bind(query))


@given(st.data())
def test_declared_fields(data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True, vocabulary=WIDE))
    query = data.draw(queries(schema=schema, vocabulary=WIDE))
    check(qlause.bind(query, schema=schema))


@given(queries(schema=TABLE, vocabulary=WIDE))
@example(qlause.parse('at:(>="1600-01-01T00:00:00Z" AND <"2300-01-01T00:00:00Z") local:>"9999-12-31T23:59:59Z"'))
@example(qlause.parse('text:(>"2019-01-06T10:29:30Z" AND <="2019-01-06T10:29:31.000001Z") text:"2019-01-06T10:29:30Z"'))
@example(qlause.parse('mail:(Öa,"İb") mail:~^ab sku:(x,y) tags:~a title:~b ref:"123e4567-e89b-12d3-a456-426614174000"'))
@example(qlause.parse('code:~^"a\U0010ffff" code:~^"\U0010ffff" code:~^"\ud7ff\U0010ffff"'))
@example(qlause.parse(f"mail:({','.join(letter * 500 for letter in 'abcdefghijklmnopqrstuvwxyz')})"))
def test_columns(query: qlause.Query) -> None:
    check(qlause.bind(query, schema=TABLE))
    check(qlause.bind(~query, schema=TABLE))


@pytest.mark.parametrize("text", PLAIN)
def test_plain_queries_are_written_by_their_shape(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it was written, nothing is written for another: that would raise here."""
    other = qlause.parse(text.replace("John", "Karla").replace("2019", "2018"))
    for _ in range(3):  # what was met is forgotten now and then
        wanted = [sql.where(other, name, alias="t", schema=schema) for name in DIALECTS for schema in (None, TABLE)]
        filters = [mongo.filter(other, schema=schema, decimals=False) for schema in (None, TABLE)]
    monkeypatch.setattr(Emitter, "query", None)
    monkeypatch.setattr("qlause.backends.mongo.plan.filter_of", None)
    found = [sql.where(other, name, alias="t", schema=schema) for name in DIALECTS for schema in (None, TABLE)]
    assert found == wanted
    assert [mongo.filter(other, schema=schema, decimals=False) for schema in (None, TABLE)] == filters
    for name in DIALECTS:
        assert (
            sql.where(text, name, alias="t", schema=TABLE).text == sql.where(other, name, alias="t", schema=TABLE).text
        )


def test_a_filter_belongs_to_who_asked_for_it() -> None:
    for _ in range(3):
        mongo.filter("a:(v,w) b:exists")
    first = mongo.filter("a:(v,w) b:exists")
    first["a"]["$in"].append("z")
    first["b"].clear()
    assert mongo.filter("a:(v,w) b:exists") == {"a": {"$in": ["v", "w"]}, "b": {"$exists": True}}


def test_a_shape_is_bound_again_with_placeholders_only() -> None:
    bound = qlause.bind('name:(a,b) NOT qty:(>1 AND <5) at:"2019-01-06T10:29:30Z" c:true d:exists e:null f:~x')
    shape, constants = shape_of(bound.root, ranked=True) or pytest.fail("it is a plain query")
    assert constants == [
        "a",
        "b",
        1,
        5,
        "2019-01-06T10:29:30Z",
        datetime(2019, 1, 6, 10, 29, 30, tzinfo=UTC),
        "true",
        "x",
    ]
    with pytest.raises(NeedsValueError):
        shape_of(bound_of(shape))
    other = qlause.bind('name:(k,l) NOT qty:(>3 AND <4) at:"2020-01-06T10:29:31Z" c:true d:exists e:null f:~y')
    assert shape_of(other.root, ranked=True) == (
        shape,
        ["k", "l", 3, 4, "2020-01-06T10:29:31Z", datetime(2020, 1, 6, 10, 29, 31, tzinfo=UTC), "true", "y"],
    )


@pytest.mark.parametrize("text", ["x:(>2 AND <1)", "x:(>1 AND <1)", "x:(>=1 AND <=1)"])
def test_the_order_of_constants_belongs_to_the_shape(text: str) -> None:
    for _ in range(3):  # so that there is a plan for the usual order
        usual = mongo.filter("x:(>1 AND <2)")
    for _ in range(3):
        odd = mongo.filter(text)
        assert odd != usual
        assert odd == filter_of(qlause.bind(text).root, True)


def test_threads_share_what_is_kept() -> None:
    texts = [f'thread:(a{number},b) size:(>{number} AND <{number + 1}) day:~"{number}"' for number in range(200)]
    expected = [(filter_of(bound.root, True), bound) for bound in map(qlause.bind, texts)]
    with ThreadPoolExecutor(8) as pool:
        filters = list(pool.map(mongo.filter, texts))
        fragments = list(pool.map(partial(sql.where, dialect="postgresql"), texts))
    emitter = Emitter(dialect_named("postgresql"), "doc", None)
    for (wanted, bound), found, fragment in zip(expected, filters, fragments, strict=True):
        assert found == wanted
        assert fragment == emitter.rendered(emitter.query(bound))


def test_what_is_kept_is_bounded() -> None:
    many = " ".join(f"a{number}:exists" for number in range(900))
    assert shape_of(qlause.bind(many).root) is None
    assert shape_of(qlause.bind(f"a:({','.join(map(str, range(33)))})", limits=Limits()).root) is None
