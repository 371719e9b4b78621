"""Where FerretDB is wrong about MongoDB, or has not what MongoDB has: with the manual's words for what MongoDB does.

Each case is one for which FerretDB is no judge. It fails as soon as FerretDB is right, so that the list stays true;
every other server must be right about all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from bson import Decimal128

from engines.mongodb.collection import numbered
from engines.mongodb.judge import FERRETDB, SECANTUSDB, judge_of
from engines.mongodb.matcher import matches
from engines.mongodb.matcher_sort_projection import sorted_documents
from engines.mongodb.server import SERVERS, ServerName, database
from qlause import Schema, mongo


@dataclass(frozen=True)
class Wrong:
    """One thing that FerretDB v1.24.2 is wrong about."""

    manual: str
    filter: dict[str, Any]
    documents: list[dict[str, Any]]
    ids: list[int]
    """What MongoDB selects."""


CASES = {
    "elemMatch asks for one element": Wrong(
        "The $elemMatch operator matches documents that contain an array field with at least one element that matches "
        "all the specified query criteria.",
        {"a": {"$elemMatch": {"$gt": 1, "$lt": 5}}},
        [{"a": [0, 9]}, {"a": [3]}, {"a": 3}],
        [2],
    ),
    "elemMatch with nin": Wrong(
        "The $elemMatch operator matches documents that contain an array field with at least one element that matches "
        "all the specified query criteria.",
        {"a": {"$elemMatch": {"$nin": [7]}}},
        [{"a": [7]}, {"a": [7, 8]}, {"a": 8}],
        [2],
    ),
    "elemMatch with ne": Wrong(
        "$ne selects the documents where the value of the specified field is not equal to the specified value.",
        {"a": {"$elemMatch": {"$ne": 7}}},
        [{"a": [7]}, {"a": [7, 8]}],
        [2],
    ),
    "elemMatch with not": Wrong(
        "$not performs a logical NOT operation on the specified <operator-expression> and selects the documents that "
        "do not match the <operator-expression>.",
        {"a": {"$elemMatch": {"$not": {"$gt": 7}}}},
        [{"a": [8]}, {"a": [8, 6]}],
        [2],
    ),
    "elemMatch over documents": Wrong(
        "{ <field>: { $elemMatch: { <query1>, <query2>, ... } } }, as in "
        '{ results: { $elemMatch: { product: "xyz", score: { $gte: 8 } } } }',
        {"a": {"$elemMatch": {"b": 1, "c": 2}}},
        [{"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}, {"c": 2}]}],
        [1],
    ),
    "arrays in arrays are stored": Wrong(
        "The value of a field can be any of the BSON data types, including other documents, arrays, and arrays of "
        "documents.",
        {"a": 3},
        [{"a": [[3]]}, {"a": [3]}],
        [2],
    ),
    "Decimal128 is stored": Wrong(
        "MongoDB treats some data types as equivalent for comparison purposes. For instance, numeric types undergo "
        "conversion before comparison.",
        {"a": Decimal128("0.1")},
        [{"a": Decimal128("0.10")}, {"a": 0.5}],
        [1],
    ),
    "several operators on a path through an array": Wrong(
        "If the compound query conditions on an array field do not use the $elemMatch operator, the query selects "
        "those documents whose array contains any combination of elements that satisfies the conditions.",
        {"a.b": {"$gt": 1, "$lt": 5}},
        [{"a": [{"b": 0}, {"b": 9}]}, {"a": [{"b": 9}]}, {"a": [{"b": 3}]}],
        [1, 3],
    ),
    "a blank at the end of a key in a path": Wrong(
        "Field names are strings. […] The field names cannot contain the null character.",
        {"a .b": 1},
        [{"a ": {"b": 1}}, {"a": {"b": 1}}],
        [1],
    ),
    'a key with "': Wrong(
        "Field names are strings. […] The field names cannot contain the null character.",
        {'a"b': 1},
        [{'a"b': 1}, {"a": 1}],
        [1],
    ),
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_what_ferretdb_is_wrong_about(case: Wrong, server: ServerName) -> None:
    documents = numbered(case.documents)
    assert [each["id"] for each in documents if matches(case.filter, each)] == case.ids
    served = _served(case, documents, server)
    assert (served == case.ids) != (judge_of(server) is FERRETDB), served


def _served(case: Wrong, documents: list[dict[str, Any]], server: ServerName) -> Any:
    """The ids that the server selects, or the error that it gives."""
    from pymongo.errors import PyMongoError

    collection = database(server)["wrong"]
    try:
        collection.drop()
        collection.insert_many([dict(each) for each in documents])
        return sorted(each["id"] for each in collection.find(case.filter))
    except PyMongoError as error:
        return error


@pytest.mark.parametrize("server", SERVERS)
def test_ferretdb_is_wrong_about_a_sort_through_an_array(server: ServerName) -> None:
    """With arrays, a less-than comparison or an ascending sort compares the smallest element of arrays."""
    documents = numbered([{"a": {"b": 1}}, {"a": [{"b": 0}]}, {"a": {"b": -1}}])
    found = [each["id"] for each in sorted_documents([("a.b", 1)], documents)]
    assert found == [3, 2, 1]
    collection = database(server)["wrong"]
    collection.drop()
    collection.insert_many([dict(each) for each in documents])
    served = [each["id"] for each in collection.find().sort([("a.b", 1)])]
    assert (served == found) != (judge_of(server) is FERRETDB), served


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    "q",
    [
        'name:"b"',
        'name:("a","b")',
        'name:(>"a" AND <="c")',
        "name:~^b",
        'name:(null,"b")',
        "qty:>=2",
        "qty:(>1 AND <9)",
    ],
)
def test_declared_scalars_are_served_by_an_index(q: str, server: ServerName) -> None:
    """By the manual: bounds come from one predicate on the path, equality, $in, a range or a prefix expression."""
    schema = Schema({"name": {"type": "string", "case_sensitive": True}, "qty": "integer"})
    filter_ = mongo.filter(q, schema=schema)
    ((path, condition),) = filter_.items()
    operators = set(condition) if isinstance(condition, dict) else {"$eq"}
    assert operators <= {"$eq", "$in", "$gt", "$gte", "$lt", "$lte"} or condition["$regex"].startswith("^")
    judge = judge_of(server)
    if judge is FERRETDB or (judge is SECANTUSDB and "$regex" in operators):
        return  # the plans of the one know no index but that of _id, those of the other none for a pattern
    collection = database(server)["indexed"]
    collection.drop()
    collection.insert_many([{"name": f"b{number}", "qty": number} for number in range(100)])
    collection.create_index([(path, 1)])
    assert "IXSCAN" in str(collection.find(filter_).explain()["queryPlanner"]["winningPlan"])
