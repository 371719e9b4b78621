"""The contract as a table: requests, and what they are answered with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["CASES", "COMPANY", "DOCUMENTS", "JOHN", "MEI", "SUBSIDIARY", "Case", "draft"]

COMPANY: Final = "123e06ecf0452c2d6c0b81390"
SUBSIDIARY: Final = "123e06ecf0452c2d6c0b12391"
JOHN: Final = "627e06ecf0452c2d6c0b81391"
ADAM: Final = "123e06ecf0452c2d6c0b81390"
MEI: Final = "111106ecf0452c2d6c0b81123"


def draft(entity: str = SUBSIDIARY, customer: str = MEI, kind: str | None = "BILLING", **more: Any) -> dict[str, Any]:
    """A body."""
    body = {"legalEntity": {"id": entity}, "customer": {"id": customer}, "type": kind, **more}
    return {name: value for name, value in body.items() if value is not None}


DOCUMENTS: Final = [
    draft(COMPANY, JOHN, id="a", primary=True, mixins={"level": 3, "tags": ["x", "y"]}),
    draft(SUBSIDIARY, JOHN, "PRIMARY", id="b", metadata={"mixins": {"schema": "v2"}}),
    draft(COMPANY, ADAM, "LOGISTICS", id="c", mixins={"level": 5}),
]
"""What is there before each case."""


@dataclass(frozen=True)
class Case:
    """A request, and what it is answered with."""

    method: str
    target: str
    status: int
    body: Any = None
    client: str | None = "acme-manager"
    headers: Mapping[str, str] = field(default_factory=dict)
    ids: Sequence[str] | None = None
    """The ids of the items, in their order."""
    holds: Mapping[str, Any] = field(default_factory=dict)
    """Values in the body, by their paths; None is what is not there."""
    says: str = ""
    """What one of the details of an error has in it."""
    sent: Mapping[str, str | None] = field(default_factory=dict)
    """Headers of the response; None is one that is not there."""
    then: Sequence[Case] = ()

    def __str__(self) -> str:
        who = "" if self.client == "acme-manager" else f" by {self.client}"
        return f"{self.method} {self.target[:50]} {str(self.body or '')[:70]}{who} {self.status}"


def _list(query: str, *ids: str, headers: Mapping[str, str] | None = None, **more: Any) -> Case:
    return Case("GET", f"?{query}", 200, ids=ids, headers=headers or {}, **more)


def _refused(query: str, says: str) -> Case:
    return Case("GET", f"?{query}", 400, says=says)


def _read(identifier: str, **holds: Any) -> Case:
    return Case("GET", f"/{identifier}", 200, holds={name.replace("__", "."): value for name, value in holds.items()})


def _post(status: int, body: Any, says: str = "", **more: Any) -> Case:
    return Case("POST", "", status, body, says=says, **more)


def _put(identifier: str, status: int, body: Any, says: str = "", **more: Any) -> Case:
    return Case("PUT", f"/{identifier}", status, body, says=says, **more)


_ALL: Final = ("a", "b", "c")
_TOTAL: Final = {"X-Total-Count": "true"}
_OTHER: Final = "/customer-management/globex/contact-assignments"
_DEEP: Final[dict[str, Any]] = {}
for _ in range(40):
    _DEEP["x"] = dict(_DEEP)

_NO_MIXINS: Final[list[Any]] = [
    *(1, [], "x", {"a.b": 1}, {"$a": 1}, {"": 1}, {"a": {"$b": 1}}, {"a": "\0"}, {"a\0": 1}),
    *({"a": 2**63}, {"a": "x" * 70_000}, _DEEP),
]

_LISTED: Final = [
    _list("", *_ALL, sent={"X-Total-Count": None, "Content-Type": "application/json"}),
    # pages and the total
    _list("pageSize=2", "a", "b"),
    _list("pageNumber=2&pageSize=2", "c"),
    _list("pageNumber=9"),
    _list("pageSize=1", "a", headers=_TOTAL, sent={"X-Total-Count": "3"}),
    _list("pageSize=1", "a", headers={"X-Total-Count": "false"}, sent={"X-Total-Count": None}),
    _list("type=BILLING&pageSize=1", "a", headers={"x-total-count": "TRUE"}, sent={"X-Total-Count": "1"}),
    _list("pageSize=1000", *_ALL),
    *(_refused(f"pageSize={text}", "pageSize") for text in ("0", "-1", "x", "", "1.5", "1001")),
    *(_refused(f"pageNumber={text}", "pageNumber") for text in ("0", "-1", "x", "99999999999999999999")),
    # equality parameters
    _list(f"legalEntity.id={COMPANY}", "a", "c"),
    _list(f"customer.id={JOHN}", "a", "b"),
    _list(f"customer.id={JOHN}&legalEntity.id={SUBSIDIARY}", "b"),
    _list("type=LOGISTICS", "c"),
    _list("primary=true", "a"),
    _list("primary=false", "b", "c"),
    _list("type=BILLING&q=id:(b OR c)"),
    _list("legalEntity.id=none"),
    _list('customer.id=x%22%20OR%20id:"a'),
    _refused("type=OTHER", "type"),
    _refused("primary=maybe", "primary"),
    # q, with the examples of the published description
    _list('q=customer.name:"John"', "a", "b"),
    _list("q=customer.name:~joh", "a", "b"),
    _list("q=customer.name:~joh+surname:x".replace("surname", "customer.surname")),
    _list('q=legalEntity.customerGroups.name.fr:"Groupe de clients 2"', "a", "c"),
    _list("q=primary:true", "a"),
    _list('q=metadata.createdAt:(>"2019-01-06T10:29:30.602Z" AND <"2099-01-07T10:29:30.602Z")', *_ALL),
    _list("q=metadata.createdAt:<2019-01-06"),
    _list("q=mixins.level:exists", "a", "c"),
    _list("q=mixins:null", "b"),
    _list("q=mixins:missing", "b"),
    _list('q=customer.name:"John" customer.surname:~doe', "a", "b"),
    _list('q=customer.name:("John","Jack","James")', "a", "b"),
    _list("q=mixins.level:>=5", "c"),
    _list("q=mixins.tags:y", "a"),
    _list("q=metadata.mixins.schema:v2", "b"),
    _list("q=metadata.version:1", *_ALL),
    _list("q=metadata:exists legalEntity.metadata:exists", *_ALL),
    _list("q=legalEntity.accountLimit.value:>999 legalEntity.accountLimit.currency:EUR", "a", "c"),
    _list("q=legalEntity.entitiesAddresses.contactDetails.city:~south", "a", "c"),
    _list("q=legalEntity.entitiesAddresses:elemMatch(type:WAREHOUSE)", "a", "c"),
    _list("q=legalEntity.parentId:exists", "b"),
    _list("q=legalEntity.restrictions:main-site", "a", "c"),
    _list("q=legalEntity.legalInfo.registrationDate:2022-03-31", *_ALL),
    _list("q=legalEntity.mixins.erp.number:4711", "a", "c"),
    _list("q=type:(BILLING OR LOGISTICS)&sort=id:desc", "c", "a"),
    _list(f"q=NOT%20id:a+type:PRIMARY+legalEntity.id:{SUBSIDIARY}", "b"),
    _refused("q=type:OTHER", "type"),
    _refused("q=nmae:x", "nmae"),
    _refused("q=tenant:globex", "tenant"),
    _refused('q=id:"x', "q: "),
    # languages: a suffix wins, then Accept-Language, then the default of the tenant; * is none
    _list("q=legalEntity.customerGroups.name:~groupe", headers={"Accept-Language": "*"}),
    _list("q=legalEntity.customerGroups.name:~groupe", *_ALL, headers={"Accept-Language": "fr-CH, en;q=0.5"}),
    _list("q=legalEntity.customerGroups.name:~customer", *_ALL),
    _list("q=legalEntity.customerGroups.name.de:~kunden", "a", "c", headers={"Accept-Language": "fr"}),
    # sort: any direction but desc is asc
    _list("sort=type,id:desc", "a", "c", "b"),
    _list("sort=type:desc", "b", "c", "a"),
    _list("sort=type:DESC", "b", "c", "a"),
    _list("sort=type:descending", "a", "c", "b"),
    _list("sort=legalEntity.name:desc,id", "b", "a", "c"),
    _list("sort=customer.name,metadata.createdAt:desc,id", "c", "b", "a"),
    _refused("sort=nmae", "nmae"),
    # fields
    _list("fields=id,type&q=id:a", "a", holds={"0.type": "BILLING", "0.primary": None, "0.metadata": None}),
    _list(
        "fields=id,customer,legalEntity.name&q=id:a",
        "a",
        holds={"0.customer.surname": "Doe", "0.legalEntity": {"name": "Company name"}},
    ),
    _list("fields=id,metadata&q=id:b", "b", holds={"0.metadata.version": 1, "0.metadata.mixins": {"schema": "v2"}}),
    _refused("fields=nmae", "nmae"),
    _refused("fields=tenant", "tenant"),
    # unknown and repeated parameters
    _refused("legalEntityId=x", "legalEntity.id, customer.id, type, primary"),
    _refused("pagesize=3", "there is no parameter pagesize"),
    _refused("q=id:a&q=id:b", "q"),
    # what clients send besides
    _list("q=id:a", "a", headers={"Emporix-Tenant": "globex", "Accept-Encoding": "gzip", "Accept-Language": "*"}),
]

_ONE: Final = [
    Case(
        "GET",
        "/a",
        200,
        holds={
            "id": "a",
            "legalEntity.id": COMPANY,
            "legalEntity.name": "Company name",
            "legalEntity.type": "COMPANY",
            "legalEntity.accountLimit": {"currency": "EUR", "value": 1000.99},
            "legalEntity.legalInfo.countryOfRegistration": "DE",
            "legalEntity.customerGroups.1.role": "BUYER",
            "legalEntity.customerGroups.0.name": {"en": "Customer group 1", "fr": "Groupe de clients 1"},
            "legalEntity.entitiesAddresses.0.contactDetails.phones": ["1234567890", "123456789"],
            "legalEntity.approvalGroup.0.name": "John",
            "legalEntity.restrictions": ["main-site"],
            "legalEntity.mixins": {"erp": {"number": 4711}},
            "legalEntity.metadata.version": 1,
            "customer": {"id": JOHN, "name": "John", "surname": "Doe", "email": "john.doe@example.com"},
            "contact": None,
            "type": "BILLING",
            "primary": True,
            "metadata.version": 1,
            "metadata.mixins": None,
            "mixins": {"level": 3, "tags": ["x", "y"]},
            "tenant": None,
            "_id": None,
        },
    ),
    Case(
        "GET", "/b", 200, holds={"legalEntity.parentId": COMPANY, "mixins": None, "metadata.mixins": {"schema": "v2"}}
    ),
    Case(
        "GET", "/a?fields=type,customer.name", 200, holds={"type": "BILLING", "customer": {"name": "John"}, "id": None}
    ),
    Case("GET", "/a?fields=nmae", 400, says="nmae"),
    Case("GET", "/a?q=id:a", 400, says="there are the parameters: fields"),
    Case("GET", "/a?fields=id&fields=type", 400, says="fields"),
    Case("GET", "/A", 404, holds={"resourceId": "A"}),
    Case("GET", f"/{'x' * 66}", 404),
    Case("GET", f"/{'x' * 67}", 400, says="contactAssignmentId"),
    Case("GET", "/a%0A", 400, says="contactAssignmentId"),
    Case("GET", "/a.b", 400, says="contactAssignmentId"),
]

_POSTED: Final = [
    _post(201, draft(kind=None, id="new"), holds={"id": "new"}, then=[_read("new", type="CONTACT", primary=False)]),
    _post(201, draft(id="New_1-x", primary=True), then=[_read("New_1-x", type="BILLING", primary=True)]),
    _post(201, draft(id="A"), then=[_read("A", customer__id=MEI), _read("a", customer__id=JOHN)]),
    _post(201, draft(), then=[Case("GET", f"?customer.id={MEI}", 200, holds={"0.metadata.version": 1})]),
    _post(
        201,
        draft(id="m", mixins={"a": {"b": [1, 2.5, None, True, "ü"]}}, metadata={"mixins": {"a": "url"}}),
        then=[_read("m", mixins={"a": {"b": [1, 2.5, None, True, "ü"]}}, metadata__mixins={"a": "url"})],
    ),
    _post(201, draft(id="m", mixins={}), then=[_read("m", mixins={})]),
    _post(201, draft(id="x" * 66)),
    # conflicts
    _post(409, draft(id="a"), holds={"resourceId": "a"}, then=[_read("a", customer__id=JOHN)]),
    _post(409, draft(COMPANY, JOHN, id="n"), holds={"resourceId": "a"}, then=[Case("GET", "/n", 404)]),
    _post(409, draft(COMPANY, JOHN, "CONTACT")),
    _post(409, draft(COMPANY, ADAM, id="a"), holds={"resourceId": "a"}),
    _post(400, draft("none", JOHN, id="a"), "legalEntity.id: none"),
    # bodies
    *(_post(400, body, "body") for body in (b"", b"{", b"[]", b"null", b'"x"', b"{}" * 2)),
    _post(400, b"\xff"),
    *(_post(400, {**draft(), name: None}, name) for name in ("legalEntity", "customer", "type")),
    _post(400, {"legalEntity": {"id": COMPANY}}, "customer"),
    _post(400, {"customer": {"id": MEI}}, "legalEntity"),
    *(_post(400, draft(id=text), "id") for text in ("", "x" * 67, "a b", "ä", "a\n", "a/b")),
    _post(400, draft(kind="OTHER"), "type"),
    _post(400, draft(kind="billing"), "type"),
    _post(400, draft(primary="true"), "primary"),
    _post(400, draft(other=1), "other"),
    _post(400, draft(metadata={"version": 1}), "version"),
    _post(400, draft("none"), "legalEntity.id: none"),
    _post(400, draft(COMPANY, "none"), "customer.id: none"),
    _post(400, draft("\0"), "legalEntity.id"),
    *(_post(400, draft(mixins=mixins), "mixins") for mixins in _NO_MIXINS),
    _post(400, b'{"legalEntity":{"id":"x"},"customer":{"id":"x"},"mixins":{"a":1e999}}', "mixins"),
    _post(400, b'{"legalEntity":{"id":"x"},"customer":{"id":"x"},"mixins":{"a":NaN}}', "mixins"),
    _post(400, b'{"legalEntity":{"id":"x"},"customer":{"id":"x"},"mixins":{"a":"\\ud800"}}', "mixins"),
    _post(400, b'{"legalEntity":{"id":"x"},"customer":{"id":"x"},"mixins":' + b'{"a":' * 9_000 + b"}" * 9_001),
    _post(400, draft(), headers={"Content-Type": "text/plain"}),
    Case("POST", "?id=x", 400, draft(), says="there are the parameters: none"),
]

_PUT: Final = [
    _put("n", 201, draft(), holds={"id": "n"}, then=[_read("n", type="BILLING", metadata__version=1)]),
    _put("a", 204, draft(COMPANY, JOHN, "CONTACT"), then=[_read("a", type="CONTACT", primary=False, mixins=None)]),
    _put("a", 204, draft(COMPANY, JOHN), then=[_read("a", metadata__version=2), _put("a", 204, draft(COMPANY, JOHN))]),
    _put(
        "a", 204, draft(SUBSIDIARY, ADAM), then=[_read("a", legalEntity__name="Subsidiary name", customer__name="Adam")]
    ),
    _put("A", 201, draft(), then=[_read("a", customer__id=JOHN)]),
    _put("n", 201, draft(id="n")),
    _put("n", 400, draft(id="m"), "body.id"),
    # locking
    _put("a", 204, draft(COMPANY, JOHN, metadata={"version": 1}), then=[_read("a", metadata__version=2)]),
    _put(
        "a",
        204,
        draft(COMPANY, JOHN, metadata={"version": 1, "mixins": {"s": "t"}}),
        then=[
            _read("a", metadata__mixins={"s": "t"}),
            _put("a", 409, draft(COMPANY, JOHN, metadata={"version": 1}), "metadata.version"),
            _read("a", metadata__version=2),
            _put("a", 204, draft(COMPANY, JOHN, metadata={"version": 2})),
        ],
    ),
    _put("a", 409, draft(COMPANY, JOHN, metadata={"version": 7}), holds={"resourceId": "a"}),
    _put("n", 404, draft(metadata={"version": 1}), holds={"resourceId": "n"}, then=[Case("GET", "/n", 404)]),
    *(_put("a", 400, draft(metadata={"version": text}), "version") for text in (0, -1, "1", 1.5, True)),
    _put("a", 400, draft(metadata={"version": 2**70}), "version"),
    # a customer is assigned once to a legal entity
    _put("n", 409, draft(COMPANY, JOHN), holds={"resourceId": "a"}, then=[Case("GET", "/n", 404)]),
    _put("b", 409, draft(COMPANY, JOHN), then=[_read("b", legalEntity__id=SUBSIDIARY, metadata__version=1)]),
    # what was read is sent back
    _put(
        "a",
        204,
        {
            "id": "a",
            "legalEntity": {"id": COMPANY, "name": "Other", "type": "COMPANY"},
            "customer": {"id": JOHN, "name": "Jim"},
            "type": "BILLING",
            "metadata": {"createdAt": "2022-01-01T00:00:00.000Z", "modifiedAt": "x", "version": 1},
        },
        then=[_read("a", legalEntity__name="Company name", customer__name="John")],
    ),
    _put("n", 400, draft(kind=None), "type"),
    _put("n", 400, draft("none"), "legalEntity.id"),
    _put("a", 400, draft("none"), "legalEntity.id", then=[_read("a", legalEntity__id=COMPANY)]),
    _put("a", 400, draft("none", metadata={"version": 7}), "legalEntity.id"),
    _put("n", 400, draft(COMPANY, "none", metadata={"version": 1}), "customer.id"),
    _put("b", 409, draft(COMPANY, JOHN, metadata={"version": 7}), "metadata.version"),
    _put("x" * 67, 400, draft(), "contactAssignmentId"),
    _put("a", 400, draft(other=1), "other"),
    Case("PUT", "/a?version=1", 400, draft(), says="version"),
]

_DELETED: Final = [
    Case("DELETE", "/a", 204, then=[Case("GET", "/a", 404), Case("DELETE", "/a", 404), _list("", "b", "c")]),
    Case("DELETE", "/a", 204, then=[_post(201, draft(COMPANY, JOHN, id="z"))]),
    Case("DELETE", "/none", 404, holds={"resourceId": "none"}),
    Case("DELETE", "/A", 404, then=[_list("", *_ALL)]),
    Case("DELETE", "/a?x=1", 400, says="x", then=[_list("", *_ALL)]),
]

_CALLS: Final = (
    ("GET", "", None),
    ("POST", "", draft()),
    ("GET", "/a", None),
    ("PUT", "/a", draft(COMPANY, JOHN)),
    ("DELETE", "/a", None),
)
_ACCESS: Final = [
    *(Case(method, target, 401, body, client=None) for method, target, body in _CALLS),
    *(
        Case("GET", "", 401, client=None, headers={"Authorization": text})
        for text in ("Bearer x", "Bearer x.y", "Bearer .", "Bearer", "Basic eDp4", "", "Bearer \xff.\xff")
    ),
    # scopes
    *(
        Case(
            method,
            target,
            403,
            body,
            client="acme-reader",
            says="missing scope: customermanagement.contactassignment_manage",
        )
        for method, target, body in _CALLS
        if method != "GET"
    ),
    Case("GET", "", 200, client="acme-reader", ids=_ALL),
    Case("GET", "/a", 200, client="acme-reader"),
    # tenants
    *(Case(method, target, 403, body, client="globex-manager") for method, target, body in _CALLS),
    *(Case(method, f"{_OTHER}{target}", 403, body) for method, target, body in _CALLS),
    Case("GET", f"{_OTHER}/a", 404, client="globex-manager"),
    Case("DELETE", f"{_OTHER}/a", 404, client="globex-manager", then=[_read("a")]),
    Case("GET", f"{_OTHER}?q=id:(a,b,c) OR tenant:acme", 400, client="globex-manager"),
    Case("GET", f"{_OTHER}?q=id:(a,b,c)", 200, client="globex-manager", ids=[]),
    Case("POST", _OTHER, 201, draft(COMPANY, JOHN, id="a"), client="globex-manager", then=[_read("a", primary=True)]),
    *(
        Case("GET", f"/customer-management/{tenant}/contact-assignments", 400, says="tenant")
        for tenant in ("ab", "Acme", "1acme", "a" * 17, "ac-me", "acme%0A")
    ),
    # the default language of the tenant
    Case("GET", f"{_OTHER}?q=legalEntity.customerGroups.name:~kunden", 200, client="globex-manager"),
    # other methods and paths
    Case("PATCH", "/a", 405, {}, sent={"Allow": "DELETE, GET, PUT"}),
    Case("PUT", "", 405, {}, sent={"Allow": "GET, POST"}),
    Case("GET", "/a/b", 404),
    Case("GET", "/", 404),
    Case("GET", "?" + "&".join(f"x{number}=1" for number in range(101)), 400, says="more than 100 parameters"),
]

CASES: Final = [*_LISTED, *_ONE, *_POSTED, *_PUT, *_DELETED, *_ACCESS]
