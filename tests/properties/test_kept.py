"""A query that is compiled through what is kept for others of its structure equals the query compiled alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import Any, Final, get_args
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import qlause
from qlause import Schema, mongo
from qlause._record import replace
from qlause.backends.mongo.filters import TEMPLATES, compiled, filter_of
from qlause.backends.parameters.kept import Kept
from qlause.backends.parameters.structure import Structure
from qlause.backends.sql.compiler import STATEMENTS, Compiler
from qlause.backends.sql.dialects import dialect_named
from qlause.backends.sql.fragment import Statement
from qlause.bound.nodes import Compare, ContainsText, Node, OneOf, ValueMatches, complement
from qlause.bound.query import BoundQuery
from qlause.sql import DialectName
from qlause.testing import queries, schemas
from qlause.values.fold import fold

from .generators import TABLE, WIDE, outcome

_TEXTS: Final = ("", "a", "ab", "b", "x\0y", "\0", "\ud7ff", "a\U0010ffff", "%_", "'", "[*?]", "İß", "x" * 300, "a\\")
_INSTANTS: Final = tuple(
    datetime.fromisoformat(text)
    for text in (
        *("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00", "1699-12-31T23:59:59+00:00"),
        *("1700-01-01T00:00:00+00:00", "2249-12-31T23:59:59+00:00", "2250-01-01T00:00:00+00:00"),
        *("2019-01-06T10:29:30+00:00", "2019-01-06T10:29:30.602+00:00", "2019-01-06T10:29:30.602001+00:00"),
        *("2019-01-06T10:29:30.999999+00:00", "2019-01-06T10:29:31+00:00", "2019-01-06T10:29:31.5+00:00"),
    )
)
_NUMBERS: Final = (
    *(0, 1, 1.0, 2, -7, 0.1, 0.5, 1.5, 1e16, 1e23, 1e300, 5e-324),
    *(2**53 - 1, 2**53, 2**53 + 1, -(2**53), float(2**53), 2**63 - 1, -(2**63)),
)
_CONSTANTS: Final[dict[str, tuple[Any, ...]]] = {
    "string": _TEXTS,
    "folded": tuple(map(fold, _TEXTS)),
    "number": _NUMBERS,
    "instant": _INSTANTS,
    "instant_text": _INSTANTS,
    "instant_or_text": (
        "0001-01-01T00:00:00Z",
        "2019-01-06T10:29:30Z",
        "2019-01-06T10:29:30.000Z",
        "2019-01-06T10:29:30.5Z",
        "2019-01-06T10:29:30.602001Z",
        "2019-01-06T10:29:31Z",
        "9999-12-31T23:59:59.999999Z",
    ),
    "date": (date(1, 1, 1), date(2019, 1, 6), date(2019, 1, 7), date(9999, 12, 31)),
    "time": (time(), time(10, 29, 30), time(10, 29, 30, 602000), time(23, 59, 59, 999999)),
    "uuid": (UUID(int=0), UUID(int=1), UUID("123e4567-e89b-12d3-a456-426614174000")),
    "objectid": ("5c33a1b2c3d4e5f60718293a", "000000000000000000000000"),
}
"""Other constants of each kind, odd ones, equal ones and near ones among them."""


def with_other_constants(node: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """The bound tree with other constants. Its structure is the same unless an odd constant is part of it."""
    if isinstance(node, ValueMatches):
        return replace(node, test=with_other_constants(node.test, draw))
    if isinstance(node, OneOf) and node.kind != "boolean":
        count = len(node.values)
        pool = list(dict.fromkeys(_CONSTANTS[node.kind]))
        if count > len(pool):
            return node
        return replace(node, values=tuple(draw(st.permutations(pool))[:count]))
    if isinstance(node, Compare):
        return replace(node, value=draw(st.sampled_from(_CONSTANTS[node.kind])))
    if isinstance(node, ContainsText):
        texts = _CONSTANTS["folded" if node.folded else "string"]
        return replace(node, text=draw(st.sampled_from([text for text in texts if text])))
    if hasattr(node, "items"):
        return replace(node, items=tuple([with_other_constants(item, draw) for item in node.items]))
    return node


class Sql:
    """A dialect."""

    def __init__(self, name: DialectName) -> None:
        self.dialect = dialect_named(name)

    def compile(self, root: Node) -> Statement:
        return Statement(self.dialect, Compiler(self.dialect, "doc", "t").query(root))

    def shared(self, root: Node) -> Any:
        """The result of the backend, which keeps its own statements."""
        statement, constants = STATEMENTS.find(BoundQuery(root), self.dialect, "doc", "t")
        return statement.fill(constants)


class Mongo:
    """MongoDB, with or without decimals."""

    def __init__(self, decimals: bool) -> None:
        self.decimals = decimals

    def compile(self, root: Node) -> Any:
        return compiled(root, self.decimals)

    def shared(self, root: Node) -> Any:
        """The result of the backend, which keeps its own templates."""
        return filter_of(BoundQuery(root), self.decimals)


ENGINES: Final = ("mongo", "mongo: doubles", *get_args(DialectName))


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Sql | Mongo:
    name: Any = request.param
    return Mongo(decimals=name == "mongo") if name.startswith("mongo") else Sql(name)


every_engine = pytest.mark.parametrize("engine", ENGINES, indirect=True)


def check(engine: Sql | Mongo, *roots: Node) -> None:
    """Compile each query twice through one ``Kept``, after those before it, and compare it with the query alone."""
    kept: Kept[Any] = Kept(engine.compile, lambda _: True, ordered=isinstance(engine, Mongo))

    def through_kept(root: Node) -> Any:
        statement, constants = kept.find(BoundQuery(root))
        return statement.fill(constants)

    for root in (*roots, roots[0]):
        alone = outcome(lambda root=root: engine.compile(root).fill([]))  # type: ignore[misc]  # bound at once
        for _ in range(2):
            assert outcome(lambda root=root: through_kept(root)) == alone  # type: ignore[misc]  # as above
        assert outcome(lambda root=root: engine.shared(root)) == alone  # type: ignore[misc]  # as above


def check_many(engine: Sql | Mongo, root: Node, data: st.DataObject) -> None:
    """The query, its negation, and both with other constants."""
    others = [with_other_constants(root, data.draw) for _ in range(3)]
    check(engine, root, *others)
    check(engine, *[complement(item) for item in (root, *others)])


@every_engine
@given(query=queries(), data=st.data())
def test_any_field(engine: Sql | Mongo, query: qlause.Query, data: st.DataObject) -> None:
    check_many(engine, qlause.bind(query).root, data)


@every_engine
@given(query=queries(vocabulary=WIDE), data=st.data())
def test_any_number(engine: Sql | Mongo, query: qlause.Query, data: st.DataObject) -> None:
    check_many(engine, qlause.bind(query).root, data)


@every_engine
@given(data=st.data())
def test_declared_fields(engine: Sql | Mongo, data: st.DataObject) -> None:
    schema = data.draw(schemas(native=True, vocabulary=WIDE))
    query = data.draw(queries(schema=schema, vocabulary=WIDE))
    check_many(engine, qlause.bind(query, schema=schema).root, data)


@every_engine
@given(query=queries(schema=TABLE, vocabulary=WIDE), data=st.data())
def test_columns(engine: Sql | Mongo, query: qlause.Query, data: st.DataObject) -> None:
    check_many(engine, qlause.bind(query, schema=TABLE).root, data)


ODD: Final = (
    ('a:~"\\u0000" b:("x\\u0000","y") c:>"z\\u0000"', 'a:~x b:(x,y) c:>"z"'),
    ("a:>9007199254740991 b:-9007199254740991 c:(1,1e300) d:0.1 e:<1.5", "a:>1 b:-1 c:(1,1.5) d:0.2 e:<1.5"),
    ('b:"" c:~^"\U0010ffff" d:>"\U0010ffff" e:~^"\ud7ff"', 'b:"x" c:~^"x" d:>"x" e:~^"x"'),
    ('a:(>"0001-01-01T00:00:00Z" AND <"9999-12-31T23:59:59.999999Z")', 'a:(>"2001-01-01T00:00:00Z" AND <"b")'),
    (
        'a:(>="2019-01-06T10:29:30.602Z" AND <"2019-01-06T10:29:30.999Z")',
        'a:(>="2019-01-06T10:29:30.602Z" AND <"2019-01-06T10:29:32.999Z")',
    ),
    ("a:(>2 AND <1) c:(>=2 AND <=2)", "a:(>1 AND <2) c:(>=1 AND <=2)"),
    ("a:(>b AND <b) c:(>b AND <a)", "a:(>a AND <b) c:(>a AND <b)"),
    ("a:((x OR y) AND (y OR z)) b:(NOT x AND NOT (x OR y))", "a:((x OR y) AND (z OR w)) b:(NOT x AND NOT (z OR y))"),
    ("a:(NOT ~x AND ~x)", "a:(NOT ~x AND ~y)"),
    ("a:(>=1 AND <=1 AND NOT 1)", "a:(>=1 AND <=3 AND NOT 2)"),
    ("a:(>0.1 AND <0.5) b:(0.1,1,0.3)", "a:(>0.5 AND <0.25) b:(0.5,1,0.25)"),
    ("a:(>0.5 AND <2)", "a:(>0.5 AND <0.2)"),
)


@every_engine
@pytest.mark.parametrize("texts", ODD)
def test_odd_constants_before_and_after_plain_ones(engine: Sql | Mongo, texts: tuple[str, str]) -> None:
    roots = [qlause.bind(text).root for text in texts]
    for order in (roots, roots[::-1]):
        check(engine, *order)
        check(engine, *[complement(root) for root in order])


ODD_COLUMNS: Final = (
    (
        'at:(>="1600-01-01T00:00:00Z" AND <"2300-01-01T00:00:00Z") local:>"9999-12-31T23:59:59Z"',
        'at:(>="2000-01-01T00:00:00Z" AND <"2001-01-01T00:00:00Z") local:>"2001-12-31T23:59:59Z"',
    ),
    (
        'text:(>"2019-01-06T10:29:30Z" AND <="2019-01-06T10:29:30.000001Z") text:"2019-01-06T10:29:30Z"',
        'text:(>"2019-01-06T10:29:30Z" AND <="2019-01-06T10:29:31.000001Z") text:"2019-01-06T10:29:30.5Z"',
    ),
    (
        'text:(NOT >"2019-01-06T10:29:30.1Z") at:(NOT <"2019-01-06T10:29:30.0001Z")',
        'text:(NOT >"2019-01-06T10:29:30.2Z") at:(NOT <"2019-01-06T10:29:30.0002Z")',
    ),
    (
        'mail:(Öa,"İb") mail:~^ab sku:(x,y) tags:~a title:~b ref:"123e4567-e89b-12d3-a456-426614174000"',
        'mail:(a,"") mail:~^"\U0010ffff" sku:(x,"\\u0000") tags:~b title:~c ref:"00000000-0000-0000-0000-000000000000"',
    ),
    ("mail:(x AND NOT ~^x$) mail:(~^x$ OR x)", "mail:(x AND NOT ~^y$) mail:(~^x$ OR z)"),
    ('code:~^"a\U0010ffff" code:~^"\U0010ffff" code:~^"\ud7ff\U0010ffff"', "code:~^a code:~^b code:~^c"),
    (f"mail:({','.join(letter * 500 for letter in 'abcdefghijklmnopqrstuvwxyz')})", "mail:(a,b)"),
    (f'mail:("{"a" * 9_000}",b)', f'mail:(a,"{"b" * 9_000}")'),
    ("id:9223372036854775807 id:(1,-9223372036854775808)", "id:1 id:(1,2)"),
)


@every_engine
@pytest.mark.parametrize("texts", ODD_COLUMNS)
def test_odd_constants_of_columns(engine: Sql | Mongo, texts: tuple[str, str]) -> None:
    roots = [qlause.bind(text, schema=TABLE).root for text in texts]
    for order in (roots, roots[::-1]):
        check(engine, *order)
        check(engine, *[complement(root) for root in order])


PLAIN: Final = (
    ('name:"John"', 'name:"Karla"'),
    ("name:(John,Jack)", "name:(Karla,Klara)"),
    ("name:~john", "name:~karla"),
    ("name:~john$", "name:~karla$"),
    ("price:2", "price:3"),
    ("price:>=2.5", "price:>=0.1"),
    ("id:(1,2,3)", "id:(7,8,9)"),
    ("id:(>=2 AND <5)", "id:(>=7 AND <90)"),
    ("active:true", "active:true"),
    (
        'at:(>"2019-01-06T10:29:30.602Z" AND <"2020-01-07T10:29:30.602Z")',
        'at:(>"2018-01-06T10:29:30.123Z" AND <"2018-01-07T10:29:30.456Z")',
    ),
    ("at:2019-01-06", "at:2018-12-31"),
    ("name:exists", "name:exists"),
    ("name:null NOT id:7", "name:null NOT id:8"),
    ("compoundLogicalQuery:((name:~a) OR (id:1 price:>2))", "compoundLogicalQuery:((name:~b) OR (id:7 price:>0))"),
)


@pytest.mark.parametrize("engine", ENGINES[1:], indirect=True)
@pytest.mark.parametrize("schema", [None, TABLE], ids=["any field", "columns"])
@pytest.mark.parametrize("texts", PLAIN)
def test_plain_queries_are_compiled_once(engine: Sql | Mongo, schema: Schema | None, texts: tuple[str, str]) -> None:
    calls = []

    def compile_(root: Node) -> Any:
        calls.append(root)
        return engine.compile(root)

    kept: Kept[Any] = Kept(compile_, lambda _: True, ordered=isinstance(engine, Mongo))
    results = {id(kept.find(qlause.bind(text, schema=schema))[0]) for text in texts}
    assert len(calls) == len(results) == 1


def test_with_decimals_a_fraction_is_compiled_for_its_value() -> None:
    kept: Kept[Any] = Kept(compiled, lambda _: True, ordered=True)
    templates = [kept.find(qlause.bind(f"price:>{number}"), True)[0] for number in ("0.1", "0.2", "0.1", "0.5")]
    assert templates[0] is templates[2]
    assert len(set(map(id, templates))) == 3
    integers = {id(kept.find(qlause.bind(f"price:>{number}"), True)[0]) for number in range(3)}
    assert len(integers) == 1


def test_a_filter_is_the_callers_own() -> None:
    for _ in range(3):
        document = mongo.filter("a:(v,w) b:exists c.d:(>1 AND <5)")
        assert document["a"] == {"$in": ["v", "w"]}
        assert document["b"] == {"$exists": True}
        assert len(document["$or"]) == 3
        document["a"]["$in"].append("z")
        document["b"].clear()
        for alternative in document["$or"]:
            alternative.clear()


def test_an_error_is_about_the_text_that_was_read_now() -> None:
    for text in ('name:~"first secret"', '  name:~"other"'):
        mongo.filter(text)
    for text, offset in (('x:1 "$a":secret', 4), ('x:100 "$a":other', 6)):
        with pytest.raises(qlause.UnsupportedError) as caught:
            mongo.filter(text)
        assert (caught.value.text, caught.value.offset) == (text, offset)


@pytest.mark.parametrize("name", ["mongo", "sqlite"])
def test_threads_share_what_is_kept(name: str) -> None:
    engine = Mongo(decimals=True) if name == "mongo" else Sql("sqlite")
    TEMPLATES.clear()
    STATEMENTS.clear()
    roots = [
        qlause.bind(f'thread:(a{number},b) size:(>{number / 4} AND <{number + 1}) day:~"{number}"').root
        for number in range(200)
    ]
    alone = [engine.compile(root).fill([]) for root in roots]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(engine.shared, roots)) == alone


@given(query=queries(vocabulary=WIDE), data=st.data())
@example(query=qlause.parse("a:(>2 AND <1) b:(x,y)"), data=None)
def test_a_structure_with_its_constants_is_the_query(query: qlause.Query, data: st.DataObject | None) -> None:
    root = qlause.bind(query).root
    if data is not None:
        root = with_other_constants(root, data.draw)
    structure = Structure(BoundQuery(root), ordered=True)
    everything = frozenset(range(len(structure.constants)))
    assert structure.parameterised(everything) == root
    assert Structure(BoundQuery(structure.parameterised(everything)), ordered=True).constants == structure.constants
