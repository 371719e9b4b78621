"""The time that a predicate takes per document, beside Python written by hand and beside peers.

Everything runs over the same documents, and all select the same ones, which is checked before anything is timed; by
hand and qlause agree on odd documents too. A peer that is not installed, or whose language cannot say the query, has
the reason in its place.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

import qlause
from examples.contact_assignments import documents
from qlause import python

from ..measure import Row, ratio, side_by_side
from ..packages import MISSING, installed
from . import by_hand

__all__ = ["CASES", "Case", "odd_documents", "run"]

_Predicate: TypeAlias = Callable[[dict[str, Any]], Any]
_NAMES = ["John", "Jack", "James"]
_DOCUMENTS = 500
_AS_TEXT = qlause.Schema({"metadata.createdAt": qlause.Field(type="date-time", storage="milliseconds")})
_AS_INSTANTS = qlause.Schema({"metadata.createdAt": qlause.Field(type="date-time", storage="instant")})
_LOWER = "it has no lower case"
_ORDER = "it has no order of strings"
_TEXT = "stored text is no instant to it"


class _Cannot(str):
    """Why a peer's language cannot say a query."""

    __slots__ = ()


@dataclass(frozen=True)
class Case:
    """A query, and what means the same."""

    name: str
    q: str
    by_hand: _Predicate
    of_shape: _Predicate
    peers: Mapping[str, Any]
    """The query in the language of each peer."""
    schema: qlause.Schema | None = None


def _listed(wanted: frozenset[str]) -> dict[str, Any]:
    members = sorted(wanted)
    return {
        "mongoquery": {"id": {"$in": members}},
        "jmespath": f"contains(`{json.dumps(members)}`, id)",
        "rule-engine": f"id in {json.dumps(members)}",
        "common-expression-language": f"d.id in {json.dumps(members)}",
    }


CASES = (
    Case(
        "two clauses",
        'customer.name:"John" customer.surname:~Smith',
        by_hand.two,
        by_hand.two_of_shape,
        {
            "mongoquery": {"customer.name": "John", "customer.surname": {"$regex": "(?i)smith"}},
            "jmespath": _Cannot(_LOWER),
            "rule-engine": 'customer&.name == "John" and "smith" in customer.surname.as_lower',
            "common-expression-language": "has(d.customer) && d.customer != null && d.customer.name == 'John'"
            " && d.customer.surname.matches('(?i)smith')",
        },
    ),
    Case(
        "four clauses",
        'customer.name:("John","Jack","James") legalEntity.name:~smith primary:true'
        ' metadata.createdAt:(>="2020-01-01T00:00:00Z" AND <"2022-01-01T00:00:00Z")',
        by_hand.four,
        by_hand.four_of_shape,
        {
            "mongoquery": {
                "primary": True,
                "customer.name": {"$in": _NAMES},
                "metadata.createdAt": {"$gte": "2020-01-01T00:00:00Z", "$lt": "2022-01-01T00:00:00Z"},
                "legalEntity.name": {"$regex": "(?i)smith"},
            },
            "jmespath": _Cannot(f"{_LOWER}, {_ORDER}"),
            "rule-engine": f"primary and customer&.name in {json.dumps(_NAMES)}"
            ' and metadata.createdAt >= "2020-01-01T00:00:00Z" and metadata.createdAt < "2022-01-01T00:00:00Z"'
            ' and "smith" in legalEntity.name.as_lower',
            "common-expression-language": "d.primary && has(d.customer) && d.customer != null"
            f" && d.customer.name in {_NAMES} && d.metadata.createdAt >= '2020-01-01T00:00:00Z'"
            " && d.metadata.createdAt < '2022-01-01T00:00:00Z' && d.legalEntity.name.matches('(?i)smith')",
        },
    ),
    Case(
        "array on the way",
        "legalEntity.customerGroups.name.fr:~groupe",
        by_hand.groups,
        by_hand.groups_of_shape,
        {
            "mongoquery": {"legalEntity.customerGroups.name.fr": {"$regex": "(?i)groupe"}},
            "jmespath": _Cannot(_LOWER),
            "rule-engine": '[g for g in legalEntity.customerGroups if "groupe" in g.name.fr.as_lower].length > 0',
            "common-expression-language": "d.legalEntity.customerGroups.exists(g, g.name.fr.matches('(?i)groupe'))",
        },
    ),
    Case(
        "elemMatch",
        'legalEntity.customerGroups:elemMatch(name.en:~customer name.fr:"Groupe de clients 1")',
        by_hand.group,
        by_hand.group_of_shape,
        {
            "mongoquery": {
                "legalEntity.customerGroups": {
                    "$elemMatch": {"name.en": {"$regex": "(?i)customer"}, "name.fr": "Groupe de clients 1"}
                }
            },
            "jmespath": _Cannot(_LOWER),
            "rule-engine": '[g for g in legalEntity.customerGroups if "customer" in g.name.en.as_lower'
            ' and g.name.fr == "Groupe de clients 1"].length > 0',
            "common-expression-language": "d.legalEntity.customerGroups.exists(g,"
            " g.name.en.matches('(?i)customer') && g.name.fr == 'Groupe de clients 1')",
        },
    ),
    Case(
        "arrays on the way and at the end",
        'legalEntity.entitiesAddresses.contactDetails.emails:"john@example.com"',
        by_hand.emails,
        by_hand.emails_of_shape,
        {
            "mongoquery": {"legalEntity.entitiesAddresses.contactDetails.emails": "john@example.com"},
            "jmespath": "contains(not_null(legalEntity.entitiesAddresses[].contactDetails.emails[], `[]`),"
            " 'john@example.com')",
            "rule-engine": "legalEntity.entitiesAddresses != null and [a for a in legalEntity.entitiesAddresses if"
            ' a.contactDetails != null and "john@example.com" in a.contactDetails.emails].length > 0',
            "common-expression-language": "has(d.legalEntity.entitiesAddresses) && d.legalEntity.entitiesAddresses"
            ".exists(a, has(a.contactDetails) && 'john@example.com' in a.contactDetails.emails)",
        },
    ),
    Case(
        "list of 10",
        f"id:({','.join(sorted(by_hand.TEN))})",
        by_hand.ten,
        by_hand.ten_of_shape,
        _listed(by_hand.TEN),
    ),
    Case(
        "list of 10,000",
        f"id:({','.join(sorted(by_hand.TEN_THOUSAND))})",
        by_hand.ten_thousand,
        by_hand.ten_thousand_of_shape,
        _listed(by_hand.TEN_THOUSAND),
    ),
    Case(
        "OR of ANDs",
        "(type:BILLING primary:true) OR (type:CONTACT metadata.version:>=5) OR (customer.name:John metadata.version:1)",
        by_hand.either,
        by_hand.either_of_shape,
        {
            "mongoquery": {
                "$or": [
                    {"type": "BILLING", "primary": True},
                    {"type": "CONTACT", "metadata.version": {"$gte": 5}},
                    {"customer.name": "John", "metadata.version": 1},
                ]
            },
            "jmespath": "(type == 'BILLING' && primary) || (type == 'CONTACT' && metadata.version >= `5`)"
            " || (customer.name == 'John' && metadata.version == `1`)",
            "rule-engine": '(type == "BILLING" and primary) or (type == "CONTACT" and metadata.version >= 5)'
            ' or (customer&.name == "John" and metadata.version == 1)',
            "common-expression-language": "(d.type == 'BILLING' && d.primary)"
            " || (d.type == 'CONTACT' && d.metadata.version >= 5) || (has(d.customer) && d.customer != null"
            " && d.customer.name == 'John' && d.metadata.version == 1)",
        },
    ),
    Case(
        "NOT",
        "NOT (type:BILLING OR customer.name:John)",
        by_hand.neither,
        by_hand.neither_of_shape,
        {
            "mongoquery": {"$nor": [{"type": "BILLING"}, {"customer.name": "John"}]},
            "jmespath": "!(type == 'BILLING' || customer.name == 'John')",
            "rule-engine": 'not (type == "BILLING" or customer&.name == "John")',
            "common-expression-language": "!(d.type == 'BILLING' || (has(d.customer) && d.customer != null"
            " && d.customer.name == 'John'))",
        },
    ),
    Case(
        "presence",
        "contact:exists legalEntity.parentId:missing",
        by_hand.present,
        by_hand.present_of_shape,
        {
            "mongoquery": {"contact": {"$exists": True}, "legalEntity.parentId": {"$exists": False}},
            "jmespath": "contains(keys(@), 'contact') && !contains(keys(legalEntity), 'parentId')",
            "rule-engine": _Cannot("null and missing are one"),
            "common-expression-language": "has(d.contact) && !has(d.legalEntity.parentId)",
        },
    ),
    Case(
        "dates as text of one form",
        'metadata.createdAt:(>="2020-01-01" AND <"2021-01-01")',
        by_hand.created_text,
        by_hand.created_of_shape,
        {
            "mongoquery": {
                "metadata.createdAt": {"$gte": "2020-01-01T00:00:00.000Z", "$lt": "2021-01-01T00:00:00.000Z"}
            },
            "jmespath": _Cannot(_ORDER),
            "rule-engine": 'metadata.createdAt >= "2020-01-01T00:00:00.000Z"'
            ' and metadata.createdAt < "2021-01-01T00:00:00.000Z"',
            "common-expression-language": "d.metadata.createdAt >= '2020-01-01T00:00:00.000Z'"
            " && d.metadata.createdAt < '2021-01-01T00:00:00.000Z'",
        },
        _AS_TEXT,
    ),
    Case(
        "dates as instants",
        'metadata.createdAt:(>="2020-01-01" AND <"2021-01-01")',
        by_hand.created,
        by_hand.created_of_shape,
        {
            "mongoquery": _Cannot(_TEXT),
            "jmespath": _Cannot(_TEXT),
            "rule-engine": _Cannot(_TEXT),
            "common-expression-language": "timestamp(d.metadata.createdAt) >= timestamp('2020-01-01T00:00:00Z')"
            " && timestamp(d.metadata.createdAt) < timestamp('2021-01-01T00:00:00Z')",
        },
        _AS_INSTANTS,
    ),
)


def _mongoquery(query: Mapping[str, Any]) -> _Predicate:
    found: _Predicate = import_module("mongoquery").Query(query).match
    return found


def _jmespath(text: str) -> _Predicate:
    found: _Predicate = import_module("jmespath").compile(text).search
    return found


def _rule_engine(text: str) -> _Predicate:
    module = import_module("rule_engine")
    found: _Predicate = module.Rule(text, module.Context(resolver=module.resolve_item, default_value=None)).matches
    return found


def _cel(text: str) -> _Predicate:
    program = import_module("cel").compile(text)
    return lambda document: program.execute({"d": document})


PEERS: dict[str, Callable[[Any], _Predicate]] = {
    "mongoquery": _mongoquery,
    "jmespath": _jmespath,
    "rule-engine": _rule_engine,
    "common-expression-language": _cel,
}


def run() -> list[Row]:
    """One row a query: nanoseconds a document, and what qlause takes beside the others."""
    found = list(documents(_DOCUMENTS))
    odd = list(odd_documents(found))
    rows = [_row(case, found, odd) for case in CASES]
    ten = next(row["qlause ns"] for row in rows if row["query"] == "list of 10")
    for row in rows:
        row["this : list of 10"] = ratio(row["qlause ns"], ten) if row["query"].startswith("list of") else None
    return rows


def _row(case: Case, found: list[dict[str, Any]], odd: list[dict[str, Any]]) -> Row:
    predicate = python.predicate(case.q, schema=case.schema, limits=qlause.Limits(q_length=1_000_000))
    wanted = [predicate(document) for document in found]
    for function, over in ((case.by_hand, found), (case.by_hand, odd), (case.of_shape, found)):
        for document in over:
            assert bool(function(document)) is predicate(document), (case.name, function, document)
    peers, notes = _peers(case, found, wanted)
    runs = {"qlause": predicate, "by hand": case.by_hand, "for the shape": case.of_shape}
    spent = side_by_side({name: _over(run, found) for name, run in runs.items()})
    spent |= side_by_side({name: _over(run, found) for name, run in peers.items()}, repeats=2, at_least=0)
    fastest = min((spent[name] for name in peers), default=None)
    return {
        "query": case.name,
        "selected": f"{sum(wanted) / len(wanted):.0%}",
        "qlause : by hand": ratio(spent["qlause"], spent["by hand"]),
        "qlause : for the shape": ratio(spent["qlause"], spent["for the shape"]),
        "qlause : fastest peer": None if fastest is None else ratio(spent["qlause"], fastest),
        **{f"{name} ns": round(spent[name] / len(found) * 1e9) if name in spent else None for name in (*runs, *PEERS)},
        "note": "; ".join(notes),
    }


def _peers(case: Case, found: list[dict[str, Any]], wanted: list[bool]) -> tuple[dict[str, _Predicate], list[str]]:
    """The predicates of the peers that can say the query, and what is the matter with the others."""
    predicates: dict[str, _Predicate] = {}
    notes: list[str] = []
    for name, make in PEERS.items():
        query = case.peers[name]
        if isinstance(query, _Cannot):
            notes.append(f"{name}: {query}")
        elif not installed(name):
            notes.append(f"{name}: {MISSING}")
        else:
            predicate = make(query)
            if [bool(predicate(document)) for document in found] == wanted:
                predicates[name] = predicate
            else:
                notes.append(f"{name}: selects other documents")
    return predicates, notes


def _over(predicate: _Predicate, found: list[dict[str, Any]]) -> Callable[[], None]:
    def every() -> None:
        for document in found:
            predicate(document)

    return every


def odd_documents(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The documents with some values replaced, removed, or put into an array."""
    chance = random.Random(0)  # noqa: S311  # example data, no secrets
    values: tuple[Any, ...] = (
        None,
        "",
        "John",
        "1",
        "true",
        "BILLING",
        0,
        1,
        5,
        1.5,
        True,
        False,
        [],
        {},
        [[]],
        ["John"],
        [{"name": "x"}],
    )
    for document in found:
        changed = copy.deepcopy(document)
        _change(changed, chance, values)
        yield changed


def _change(node: Any, chance: random.Random, values: tuple[Any, ...]) -> None:
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        if isinstance(node[key], dict | list):
            _change(node[key], chance, values)
        drawn = chance.random()
        if drawn < 0.1:
            node[key] = copy.deepcopy(chance.choice(values))
        elif drawn < 0.2:
            node[key] = [node[key]]
        elif drawn < 0.25:
            node[key] = [node[key], copy.deepcopy(chance.choice(values))]
        elif drawn < 0.3 and isinstance(node, dict):
            del node[key]
