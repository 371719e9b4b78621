"""What FastAPI does that other frameworks do not: models of pages, and the context of cursors as a dependency."""

# FastAPI reads annotations when the app is made, so they are not postponed.
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import pytest

from engines.missing import import_optional
from qlause import Listing, ListRequest, python

pytest.importorskip("fastapi")
pytest.importorskip("httpx")
from fastapi import Depends, FastAPI, Header
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, computed_field

from qlause.fastapi import Envelope, Page, handle_errors, listing, respond, responses


class Customer(BaseModel):
    name: Annotated[str, Field(max_length=9)]
    parent: "Customer | None" = None


def _renamed(schema: dict[str, Any]) -> None:
    schema["title"] = "An order"


class Order(BaseModel):
    model_config = ConfigDict(json_schema_extra=_renamed)
    id: int
    total: Annotated[Decimal, Field(ge=0)]
    customer: Customer
    others: list[Customer] = []
    by_name: dict[str, Customer | None] | None = Field(alias="byName")
    kind: Literal["A", "B"] = "A"

    @computed_field  # type: ignore[prop-decorator]  # as pydantic says
    @property
    def double(self) -> int:
        return 2 * self.id


_ROWS: Final[list[dict[str, Any]]] = [
    {"id": 1, "total": Decimal("12345678901234567.89"), "customer": {"name": "Ada", "parent": {"name": "Bob"}}},
    {"id": 2, "total": Decimal(2), "customer": {"name": "Eve"}, "others": [{"name": "Ada"}], "byName": {"x": None}},
]
_FIELDS: Final[dict[str, Any]] = {
    "id": "integer",
    "total": "number",
    "customer.name": "string",
    "customer.parent.name": "string",
    "others": {"type": "object", "array": True},
    "byName": "object",
}
_ORDERS: Final = Listing(_FIELDS, cursor_secret=b"secret", page_size=1, max_page_size=5)


def _tenant(x_tenant: Annotated[str, Header()] = "") -> str:
    return x_tenant


app = FastAPI()
handle_errors(app)
_Request = Annotated[ListRequest, Depends(listing(_ORDERS, context=_tenant))]


@app.get("/orders", responses=responses(_ORDERS, Order))
def orders(request: _Request) -> Any:
    return respond(python.page(_ROWS, request))


@app.get("/enveloped", responses=responses(_ORDERS, Order, envelope=True))
def enveloped(request: _Request) -> Any:
    return respond(python.page(_ROWS, request), envelope=True)


@app.get("/modelled", response_model=Page[Order])
def modelled(request: _Request) -> Any:
    return respond(python.page(_ROWS, request))


@app.get("/whole")
def whole() -> Order:
    raise NotImplementedError


_CLIENT: Final = TestClient(app)


@pytest.mark.parametrize("fields", ["", "id", "total", "customer.name", "customer.parent.name,id", "others,byName"])
@pytest.mark.parametrize("path", ["/orders", "/enveloped", "/modelled"])
def test_bodies_are_what_the_document_says(path: str, fields: str) -> None:
    document = app.openapi()
    parts = {"components": document["components"]}
    jsonschema = import_optional("jsonschema", "jsonschema", "pip install jsonschema")
    content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for number in (1, 2):
        body = _CLIENT.get(path, params={"fields": fields, "pageNumber": number}).json()
        jsonschema.validate(body, {**content, **parts})
        assert len(body["items"] if path == "/enveloped" else body) == 1
    wrong: Any = [{"id": "x"}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"items": wrong} if path == "/enveloped" else wrong, {**content, **parts})


def test_no_field_of_an_item_is_required_and_the_model_stays_as_it_is() -> None:
    schemas = app.openapi()["components"]["schemas"]
    assert {"PartialOrder", "PartialCustomer", "Order", "Customer"} <= schemas.keys()
    assert not any("required" in schemas[name] for name in ("PartialOrder", "PartialCustomer"))
    assert schemas["PartialOrder"]["title"] == "An order"
    assert schemas["PartialOrder"]["properties"]["total"]["type"] == "number"
    assert schemas["PartialOrder"]["properties"].keys() == schemas["Order"]["properties"].keys() - {"double"}
    assert set(schemas["Order"]["required"]) == {"id", "total", "customer", "byName", "double"}
    assert schemas["PartialCustomer"]["properties"]["name"] == schemas["Customer"]["properties"]["name"]


def test_values_are_still_those_of_the_model() -> None:
    adapter = TypeAdapter(Page[Order])
    assert adapter.dump_python(adapter.validate_python([{"customer": {}}]), exclude_unset=True)[0]["customer"] == {}
    for wrong in ([{"id": "x"}], [{"customer": {"name": "0123456789"}}], [{"total": -1}]):
        with pytest.raises(ValueError, match="validation error"):
            adapter.validate_python(wrong)
    assert Page[Order] == Page[Order]
    assert Envelope[Order] is Envelope[Order]


def test_cursors_of_another_tenant_are_refused() -> None:
    links = _CLIENT.get("/orders", headers={"X-Tenant": "acme"}).links
    following = links["next"]["url"]
    assert _CLIENT.get(f"/orders{following}", headers={"X-Tenant": "acme"}).json()[0]["id"] == 2
    refused = _CLIENT.get(f"/orders{following}", headers={"X-Tenant": "other"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "cursor")
