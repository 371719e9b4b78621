"""Related rows through other tables, and of at most one row: filters, sorts and pages on every engine."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from engines.database import Database
from engines.sql import DIALECTS, database
from qlause import Cursor, Field, Relation, Schema, UnsupportedError, python, sql
from qlause.backends.sql.dialects import dialect_named
from qlause.sql import DialectName

from .keyset_pages import SECRET

everywhere = pytest.mark.parametrize("dialect", DIALECTS)
_TAGS: Final = (("rel_post_tags", (("post_id", "id"),)),)
_VOTES: Final = (*_TAGS, ("rel_tags", (("id", "tag_id"),)))
_WRITERS: Final = (("rel_authors", (("id", "author_id"),)),)
SCHEMA: Final = Schema(
    {
        "id": {"type": "integer", "column": "id"},
        "tags.name": Field(
            type="string", array=True, relation=Relation("rel_tags", (("id", "tag_id"),), "name", through=_TAGS)
        ),
        "tags.data": Field(
            type="object",
            array=True,
            open=True,
            relation=Relation("rel_tags", (("id", "tag_id"),), ("data", "x"), _TAGS),
        ),
        "tags.list": Field(
            type="object", array=True, open=True, relation=Relation("rel_tags", (("id", "tag_id"),), "list", _TAGS)
        ),
        "tags.votes.by": Field(
            type="string", array=True, relation=Relation("rel_votes", (("tag_id", "id"),), "voter", _VOTES)
        ),
        "tags.votes.value": Field(
            type="integer", array=True, relation=Relation("rel_votes", (("tag_id", "id"),), "value", _VOTES)
        ),
        "author.name": Field(type="string", relation=Relation("rel_authors", (("id", "author_id"),), "name", one=True)),
        "author.info": Field(
            type="object",
            open=True,
            relation=Relation("rel_authors", (("id", "author_id"),), "info", one=True),
        ),
        "author.city.name": Field(
            type="string", relation=Relation("rel_cities", (("id", "city_id"),), "name", through=_WRITERS, one=True)
        ),
    }
)
LIST: Final = [{"k": 1, "z": 2}, {"k": 2, "z": 1}]
X: Final = {"name": "x", "data": {"k": 1}, "list": LIST, "votes": [{"by": "a", "value": 1}, {"by": "b", "value": 2}]}
Y: Final = {"name": "y", "votes": [{"by": "a", "value": 2}]}
DOCUMENTS: Final[list[dict[str, Any]]] = [
    {
        "id": 1,
        "tags": [X, Y],
        "author": {"name": "b", "info": {"k": [1, 2]}, "city": {"name": "P"}},
    },
    {"id": 2, "tags": [X], "author": {"name": "a"}},
    {"id": 3},
    {"id": 4, "tags": [Y], "author": {"name": "B", "city": {"name": "p"}}},
    {"id": 5, "author": {"name": "a", "city": {"name": "P"}}},
]


def _filled(dialect: DialectName) -> Database:
    engine = database(dialect)
    text = {"mariadb": "VARCHAR(9)", "mysql": "VARCHAR(9)", "clickhouse": "Nullable(String)"}.get(dialect, "VARCHAR(9)")
    number = "Nullable(Int64)" if dialect == "clickhouse" else "BIGINT"
    json_type = "Nullable(String)" if dialect == "clickhouse" else engine.json_type
    engine.fill_table("rel_cities", {"id": "BIGINT", "name": text}, [(1, "P"), (2, "p")])
    authors = [(1, "b", 1, '{"k": [1, 2]}'), (2, "a", None, None), (3, "B", 2, None), (4, "a", 1, None)]
    engine.fill_table("rel_authors", {"id": "BIGINT", "name": text, "city_id": number, "info": json_type}, authors)
    posts = [(1, 1), (2, 2), (3, None), (4, 3), (5, 4)]
    engine.fill_table("rel_posts", {"id": "BIGINT", "author_id": number}, posts)
    engine.fill_table(
        "rel_tags",
        {"id": "BIGINT", "name": text, "data": json_type, "list": json_type},
        [(1, "x", '{"x": {"k": 1}}', json.dumps(LIST)), (2, "y", None, None)],
    )
    votes = [(1, 1, "a", 1), (2, 1, "b", 2), (3, 2, "a", 2)]
    engine.fill_table("rel_votes", {"id": "BIGINT", "tag_id": "BIGINT", "voter": text, "value": "BIGINT"}, votes)
    engine.fill_table("rel_post_tags", {"post_id": "BIGINT", "tag_id": "BIGINT"}, [(1, 1), (1, 2), (2, 1), (4, 2)])
    return engine


@everywhere
@pytest.mark.parametrize(
    "q",
    [
        *("tags.name:(x,y)", "tags.name:x tags.name:y", "tags.name:(NOT x)", "tags.name:null", "tags.name:~X"),
        *("tags.data.k:1", "tags.data:exists", "author.name:(a,b)", "author.name:null", "author.name:>a"),
        *("author.city.name:P", "author.city.name:exists", "author.city.name:p OR tags.name:y"),
        *("tags:elemMatch(name:x data.k:1)", "tags:elemMatch(name:y data.k:1)", "tags:elemMatch(NOT name:x)"),
        *("tags:elemMatch(name:null)", "tags:elemMatch(data:elemMatch(k:1))", "author:elemMatch(NOT name:a)"),
        *("tags.list.k:2", "tags.list.k:missing", "tags.list:elemMatch(k:1 z:2)", "tags.list:elemMatch(k:1 z:1)"),
        *("tags:elemMatch(list.k:1 name:x)", "tags:elemMatch(name:x NOT list:elemMatch(k:1 z:2))"),
        *("tags.name:empty()", "author.name:empty()", "author.city.name:empty()", "tags.name:size(1)"),
        *("tags:elemMatch(list:size(2))", "tags:elemMatch(name:x NOT list:size(>2))", "tags:elemMatch(list:empty())"),
        *("tags.data.k:size(1)", "tags:elemMatch(list.k:size(1) OR data:empty())", "tags:elemMatch(name:empty())"),
        *("tags.votes.by:b", "tags.votes:elemMatch(by:a value:2)", "tags:elemMatch(name:x votes.by:b)"),
        *("tags:elemMatch(votes.by:a NOT votes.by:b)", "tags:elemMatch(votes.value:(1 AND 2))"),
        *("tags:elemMatch(name:x votes:elemMatch(by:a value:2))", "tags:elemMatch(votes:elemMatch(by:a value:2))"),
        *("tags:elemMatch(NOT votes:elemMatch(by:b OR NOT value:2) name:y)", "tags:elemMatch(votes.value:(>1 AND <2))"),
        *("author:elemMatch(name:a city.name:P)", "author:elemMatch(name:a city:elemMatch(name:P))"),
        *("author.info.k:2", "author.info.k:(NOT 1)", "author:elemMatch(name:b info.k:1)"),
        *("author:elemMatch(city.name:missing)", "tags:elemMatch(votes.by:null)"),
        *("tags:elemMatch(NOT ())", "author.city:elemMatch(name:~p)", "tags:elemMatch(name:(x,z) OR data.k:2)"),
    ],
)
def test_rows(dialect: DialectName, q: str) -> None:
    engine = _filled(dialect)
    for text in (q, f"NOT ({q})"):
        matches = python.predicate(text, schema=SCHEMA)
        wanted = [document["id"] for document in DOCUMENTS if matches(document)]
        fragment = sql.where(text, dialect, schema=SCHEMA, alias="rel_posts", paramstyle=engine.paramstyle)
        assert sorted(engine.selected("rel_posts", [fragment])[0]) == wanted, (text, fragment)


@everywhere
@pytest.mark.parametrize("sort", ["author.name", "author.name:desc", "author.city.name:desc,author.name"])
@pytest.mark.parametrize("nulls", [None, "first", "last"])
@pytest.mark.parametrize("backward", [False, True])
def test_pages_by_the_one_related_row(dialect: DialectName, sort: str, nulls: Any, backward: bool) -> None:
    options: Any = {"schema": SCHEMA, "nulls": nulls}
    written: Any = {**options, "alias": "rel_posts", "backward": backward}
    if not dialect_named(dialect).sorts_related:
        with pytest.raises(UnsupportedError, match="sorts by no value of a related row") as caught:
            sql.order_by(sort, dialect, **written)
        assert caught.value.code == "not_ordered"
        return
    engine = _filled(dialect)
    by_rule = sorted(DOCUMENTS, key=python.sort_key(sort, **options))
    wanted = [document["id"] for document in by_rule][:: -1 if backward else 1]
    order = sql.order_by(sort, dialect, paramstyle=engine.paramstyle, **written)
    assert engine.ordered("rel_posts", [order])[0] == wanted
    documents = {document["id"]: document for document in DOCUMENTS}
    for number, last in enumerate(wanted, 1):
        author = documents[last].get("author", {})
        row = {"id": last, "author.name": author.get("name"), "author.city.name": author.get("city", {}).get("name")}
        cursor = Cursor.decode(Cursor.of_row(sort, row, **options).encode(SECRET), SECRET)
        behind = sql.after(sort, cursor, dialect, paramstyle=engine.paramstyle, **written)
        assert engine.paged("rel_posts", [(behind, order)])[0] == wanted[number:], last


@everywhere
def test_what_is_refused(dialect: DialectName) -> None:
    with pytest.raises(ValueError, match="say its name or alias"):
        sql.where("tags.name:x", dialect, schema=SCHEMA)
    if dialect_named(dialect).sorts_related:
        with pytest.raises(ValueError, match="say its name or alias"):
            sql.order_by("author.name", dialect, schema=SCHEMA)
    for alias in ("qr", "QV1", "qlause_row"):
        with pytest.raises(ValueError, match=f"the alias {alias} is a name that the SQL has for rows of its own"):
            sql.where("tags.name:x", dialect, schema=SCHEMA, alias=alias)
    with pytest.raises(UnsupportedError, match="not counted") as caught:
        sql.where("tags.list:size(2)", dialect, schema=SCHEMA, alias="rel_posts")
    assert (caught.value.code, caught.value.offset, caught.value.length) == ("rows_not_counted", 0, len("tags.list"))
    assert caught.value.hint == "ask by exists whether there is such a row"
    with pytest.raises(UnsupportedError, match="related rows"):
        sql.select("author.name", dialect, schema=SCHEMA)
    assert not any("rel_" in statement for statement in sql.index_ddl(dialect, "posts", schema=SCHEMA))


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"array": True, "relation": Relation("t", (("a", "b"),), "c", one=True)}, "unless the relation says one=True"),
        ({"relation": Relation("t", (("a", "b"),), "c")}, "needs array=True"),
        (
            {"relation": {"table": "t", "on": (("a", "b"),), "column": "c", "through": (("u", ()),)}},
            "at least one pair",
        ),
        ({"relation": {"table": "t", "on": (), "column": "c"}}, "at least one pair"),
    ],
)
def test_relations_that_contradict_themselves(attributes: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Field(type="string", **attributes)
