"""Texts for Spark hold nothing of a request, select the same rows under any settings, and are pushed down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final, get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.spark import open_database as spark_database
from engines.spark import session
from engines.sql import DIALECTS
from qlause import Field, Query, Schema, python, sql
from qlause.backends.sql.compiler import fragment_of
from qlause.backends.sql.dialects import dialect_named
from qlause.sql import DialectName, ParamStyle
from qlause.testing import VOCABULARY

from .sql import orders_table
from .sql.hostile_texts import HOSTILE, KEYS, field, queries_about

pytestmark = pytest.mark.xdist_group("spark")
ALL: Final = tuple(each for each in get_args(ParamStyle))


# parameters


def test_hostile_keys_and_values() -> None:
    engine = spark_database()
    documents: list[dict[str, Any]] = [
        {"id": place, key: HOSTILE[-place % len(HOSTILE)], "o": {key: [key]}, "v": key}
        for place, key in enumerate(KEYS)
    ]
    engine.fill_documents(documents)
    asked: list[Query] = []
    for place, key in enumerate(KEYS):
        asked += [field(key).equals(HOSTILE[-place % len(HOSTILE)]), ~field("o", key).exists()]
        asked += [~field("v").contains(key), field("v") > key]
    styles: tuple[ParamStyle, ...] = ("named", "inline")
    fragments = [sql.where(query, "spark", paramstyle=styles[n % 2]) for n, query in enumerate(asked)]
    for query, rows in zip(asked, engine.selected("documents", fragments), strict=True):
        matches = python.predicate(query)
        assert sorted(rows) == [document["id"] for document in documents if matches(document)], str(query)


@pytest.mark.parametrize("style", [style for style in ALL if style not in ("inline", "clickhouse", "clickhouse_text")])
def test_no_key_and_no_value_changes_a_text(style: ParamStyle) -> None:
    benign = [sql.where(q, "spark", paramstyle=style).text for key in "aé" for q in queries_about(key, "x")]
    for text in KEYS:
        assert {sql.where(query, "spark", paramstyle=style).text for query in queries_about(text, text)} <= {*benign}


def test_braces_and_backslashes_are_not_in_a_text() -> None:
    """``spark.sql`` fills braces when it is given DataFrames; what a backslash is, a setting says."""
    schema = Schema({"at": {"type": "date-time", "storage": "instant"}, "c": {"type": "object", "column": "c"}})
    texts = [sql.where("at:2019-01-06 c:null", "spark", schema=schema), sql.order_by("at", "spark", schema=schema)]
    texts += [sql.where(query, "spark", paramstyle="inline") for key in KEYS for query in queries_about(key, key)]
    assert not any(set("{}\\") & set(fragment.text) for fragment in texts)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_other_dialects_write_no_literals(dialect: DialectName) -> None:
    with pytest.raises(ValueError, match="inline is no paramstyle"):
        sql.where("a:1", dialect, paramstyle="inline")


# literals

_parameters = st.one_of(
    st.lists(VOCABULARY.texts | st.text(st.characters(exclude_categories=["Cs"]))).map("".join).map(str.encode),
    st.sampled_from(HOSTILE).map(str.encode),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**20), max_value=10**20),
)


@given(st.lists(_parameters, min_size=50, max_size=50))
def test_a_literal_is_the_value(values: list[Any]) -> None:
    dialect = dialect_named("spark", "inline")
    literals = [dialect.inlined(value) for value in values]
    ((*found,),) = spark_database().rows(f"SELECT {', '.join(literals)}", ())
    found = [bytes(each) if isinstance(each, bytearray) else each for each in found]
    assert [(type(each), each) for each in found] == [(type(each), each) for each in values]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_literal_holds_no_text_as_it_is_written(text: str) -> None:
    dialect = dialect_named("spark", "inline")
    fragment = fragment_of(dialect, dialect.constant("string", text))
    assert re.fullmatch(r"\(CAST\(X'[0-9a-f]*' AS STRING\) COLLATE UTF8_BINARY\)", fragment.text)
    assert not fragment.params


# columns, under settings

_STORED: Final[list[dict[str, Any]]] = [
    {"id": 1, "name": "Ökonom", "code": "a'b\\n", "qty": 7, "price": 0.1, "active": True, "title": {"fr": "É"}},
    {"id": 2, "name": "a\\", "code": "A'B", "qty": 2**53 + 1, "price": 2.5, "tags": ["x", "ΑΣ"], "sizes": [1, 20]},
    {"id": 3, "name": "", "qty": -1, "active": False, "score": 1e19, "extra": {"k'\"": [1, "1", True, None]}},
    {"id": 4, "more": {"labels": ["x", "\\x"]}, "written": "2019-01-06T10:29:30.602Z", "extra": {"a": "20"}},
    {"id": 5, "lines": [{"sku": "x", "qty": 7}, {"qty": 1}], "ref": UUID(int=0), "score": 2**60},
    {"id": 6, "at": datetime(2019, 1, 6, 23, 30, tzinfo=UTC), "day": date(2019, 1, 6)},
    {"id": 7, "at": datetime(1969, 12, 31, 23, 59, 59, 500000, UTC), "name": "a", "status": "A"},
    {"id": 8, "extra": {"big": 10**30, "x": "not a number", "neg": -0.0, "d": "2019-13-45"}},
]
_ASKED: Final = (
    *("name:~ÖK", "name:a\\", 'name:""', "name:>a", "code:a'b\\n", "code:(a'B,x)", "qty:7", "qty:>9007199254740992"),
    *("price:0.1", "price:(>0 AND <3)", "active:false", "NOT active:true", "title.fr:~é", "title:~é", "tags:~ας"),
    *("tags:(NOT x)", "sizes:>=20", "at:2019-01-06", "at:>=2019-01-06T23:30:00Z", "at:<1970-01-01", "day:2019-01-06"),
    *("written:2019-01-06", "ref:00000000-0000-0000-0000-000000000000", "stats.score:>1e18", "stats.labels:~\\"),
    *(
        "lines.sku:x",
        "NOT lines.qty:7",
        'extra."k\'\\"":1',
        "extra.a:20",
        "extra.x:>5",
        "extra.big:>1e29",
        "extra.d:~-13",
    ),
    *("extra.neg:0", "extra:exists", "name:null", "status:A", f"qty:({','.join(map(str, range(40)))})"),
)
_SETTINGS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "Pacific/Kiritimati"},
    {
        "spark.sql.ansi.enabled": "true",
        "spark.sql.ansi.doubleQuotedIdentifiers": "true",
        "spark.sql.ansi.enforceReservedKeywords": "true",
        "spark.sql.session.timeZone": "America/Los_Angeles",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
    },
    {
        "spark.sql.parser.escapedStringLiterals": "true",
        "spark.sql.caseSensitive": "true",
        "spark.sql.legacy.followThreeValuedLogicInArrayExists": "false",
        "spark.sql.icu.caseMappings.enabled": "false",
        "spark.sql.legacy.timeParserPolicy": "LEGACY",
        "spark.sql.parser.quotedRegexColumnNames": "true",
    },
    {
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.ConstantFolding",
        "spark.sql.legacy.typeCoercion.datetimeToString.enabled": "true",
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    },
)


@contextmanager
def settings(given: dict[str, str]) -> Iterator[None]:
    """The session under settings."""
    conf = session().conf
    before = {name: conf.get(name, None) for name in given}
    try:
        for name, value in given.items():
            conf.set(name, value)
        yield
    finally:
        for name, old in before.items():
            conf.unset(name) if old is None else conf.set(name, old)
        spark_database().answers.clear()  # what was found under them


@pytest.mark.parametrize("given_settings", _SETTINGS, ids=["usual", "plain", "ansi", "legacy", "interpreted"])
@pytest.mark.parametrize("style", ["named", "inline"])
def test_settings_change_nothing(given_settings: dict[str, str], style: ParamStyle) -> None:
    engine, schema = spark_database(), orders_table.SCHEMA
    with settings(given_settings):
        orders_table.fill(engine, _STORED)
        fragments = [sql.where(text, "spark", schema=schema, alias="o", paramstyle=style) for text in _ASKED]
        for text, rows in zip(_ASKED, engine.selected("orders o", fragments), strict=True):
            matches = python.predicate(text, schema=schema)
            assert sorted(rows) == [each["id"] for each in _STORED if matches(each)], text
        for sort in ("name,at:desc", "price:desc", "stats.score", "title.fr"):
            order = sql.order_by(sort, "spark", schema=schema, paramstyle=style)
            expected = [each["id"] for each in sorted(_STORED, key=python.sort_key(sort, schema=schema))]
            assert engine.ordered("orders", [order]) == [expected], sort


# tables

TABLE: Final = Schema(
    {
        "id": Field(type="integer", column="id"),
        "name": Field(type="string", column="name"),
        "exact": Field(type="string", column="name", case_sensitive=True),
        "qty": Field(type="integer", column="qty"),
        "price": Field(type="number", column="price"),
        "amount": Field(type="number", column="amount"),
        "day": Field(type="date", column="day"),
        "at": Field(type="date-time", column="at"),
        "local": Field(type="date-time", column="local", storage="utc"),
        "city": Field(type="string", column=(("customer", "address", "city"),)),
        "score": Field(type="number", column=("doc", "score")),
    }
)
_ROWS: Final = """
SELECT id, concat('n', id) AS name, CAST(id AS INT) AS qty, id / 10D AS price,
  CAST(id / 10D AS DECIMAL(10, 2)) AS amount, date_add(DATE '2019-01-01', CAST(id AS INT)) AS day,
  timestamp_seconds(id * 86400) AS at,
  CAST(date_add(DATE '2019-01-01', CAST(id AS INT)) AS TIMESTAMP_NTZ) AS local,
  named_struct('address', named_struct('city', concat('c', id))) AS customer,
  parse_json(concat('{"score": ', id, '.5}')) AS doc
FROM range(0, 20)
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = str(tmp_path_factory.mktemp("spark") / "rows")
    session().sql(_ROWS).write.parquet(folder)
    return session().read.parquet(folder)


@pytest.mark.parametrize("style", ["named", "inline"])
@pytest.mark.parametrize(
    ("text", "pushed", "count"),
    [
        ("name:n7", "EqualTo(name,n7)", 1),
        ("name:(n7,n8)", "In(name, [n7,n8])", 2),
        ("name:>n7", "GreaterThan(name,n7)", 2),
        ("exact:~n1", "StringContains(name,n1)", 11),
        ("exact:~^n1", "StringStartsWith(name,n1)", 11),
        ("qty:7", "EqualTo(qty,7)", 1),
        ("qty:>=7", "GreaterThanOrEqual(qty,7)", 13),
        ("price:<0.7", "LessThan(price,0.7)", 7),
        ("amount:0.7", "EqualTo(amount,0.70)", 1),
        ("day:2019-01-08", "EqualTo(day,2019-01-08)", 1),
        ("at:>=1970-01-08", "GreaterThanOrEqual(at,1970-01-08", 13),
        ("local:2019-01-08", "GreaterThanOrEqual(local,2019-01-08", 1),
        ("city:c7", "EqualTo(customer.address.city,c7)", 1),
        ("qty:exists name:~n", "IsNotNull(qty)", 20),
        ("name:n7 OR qty:(>3 AND <5)", "Or(EqualTo(name,n7)", 2),
        ("name:n7 score:>1", "EqualTo(name,n7)", 1),
    ],
)
def test_filters_are_pushed_down(table: Any, text: str, pushed: str, count: int, style: ParamStyle) -> None:
    where = sql.where(text, "spark", schema=TABLE, paramstyle=style)
    if style == "inline":
        found = table.where(where.text)
    else:
        found = session().sql(f"SELECT * FROM {{rows}} WHERE {where.text}", args=where.params, rows=table)
    plan = found._jdf.queryExecution().executedPlan().toString()
    assert pushed in plan.partition("PushedFilters: [")[2].partition("], ReadSchema")[0], plan
    assert found.count() == count


@pytest.mark.parametrize("schema", [TABLE, None], ids=["declared", "undeclared"])
def test_only_what_is_asked_of_a_variant_is_read(table: Any, schema: Schema | None) -> None:
    where = sql.where("score:>10", "spark", schema=schema, paramstyle="inline")
    found = table.where(where.text).select("id")
    with settings({"spark.sql.variant.pushVariantIntoScan": "true"}):
        plan = found._jdf.queryExecution().executedPlan().toString()
    assert "ReadSchema: struct<id:bigint,doc:struct<0:variant>>" in plan, plan
    assert found.count() == 10


def test_a_column_of_another_collation() -> None:
    folder = "SELECT id, s COLLATE UTF8_LCASE AS name FROM VALUES (1, 'a'), (2, 'A'), (3, 'ab'), (4, 'AB') AS t(id, s)"
    session().sql(folder).createOrReplaceTempView("collated")
    engine = spark_database()
    stored = [{"id": 1, "name": "a"}, {"id": 2, "name": "A"}, {"id": 3, "name": "ab"}, {"id": 4, "name": "AB"}]
    schema = Schema({"id": Field(type="integer", column="id"), "name": Field(type="string", column="name")})
    exact = Schema({"name": Field(type="string", column="name", case_sensitive=True)})
    many = ",".join(["a", *(f"m{n}" for n in range(50))])
    asked = [("name:a", schema), (f"name:({many})", schema), ("name:>A", schema), ("name:~b", schema)]
    asked += [
        ("name:~b", exact),
        ("name:~^a", exact),
        ("name:~B$", exact),
        ("name:~^ab$", exact),
        ("name:(a,x)", exact),
    ]
    found = engine.selected("collated", [sql.where(text, "spark", schema=each) for text, each in asked])
    for (text, each), rows in zip(asked, found, strict=True):
        matches = python.predicate(text, schema=each)
        assert rows == [document["id"] for document in stored if matches(document)], text
    assert engine.ordered("collated", [sql.order_by("name", "spark", schema=schema)]) == [[2, 4, 1, 3]]
