"""The OpenAPI document names what the contract does, and schemathesis finds no answer that it does not describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.missing import import_optional
from tests.profiles import THOROUGH

from ..schemathesis_requests import answered_as_told
from .cases import COMPANY, JOHN, SUBSIDIARY
from .service import Service, running, seeded, url_of

_READ: Final = "customermanagement.contactassignment_read"
_MANAGE: Final = "customermanagement.contactassignment_manage"
_PATH: Final = "/customer-management/{tenant}/contact-assignments"
_ONE: Final = f"{_PATH}/{{contactAssignmentId}}"
_LISTED: Final = {"q", "sort", "fields", "pageNumber", "pageSize", "legalEntity.id", "customer.id", "type", "primary"}
_HEADERS: Final = {"X-Total-Count", "Accept-Language"}
OPERATIONS: Final[Mapping[tuple[str, str], tuple[set[str], str, set[str]]]] = {
    (_PATH, "get"): ({"tenant"} | _LISTED | _HEADERS, _READ, {"200", "400", "401", "403", "500"}),
    (_PATH, "post"): ({"tenant"}, _MANAGE, {"201", "400", "401", "403", "409", "500"}),
    (_ONE, "get"): ({"tenant", "contactAssignmentId", "fields"}, _READ, {"200", "400", "401", "403", "404", "500"}),
    (_ONE, "put"): (
        {"tenant", "contactAssignmentId"},
        _MANAGE,
        {"201", "204", "400", "401", "403", "404", "409", "500"},
    ),
    (_ONE, "delete"): ({"tenant", "contactAssignmentId"}, _MANAGE, {"204", "400", "401", "403", "404", "500"}),
}
"""The parameters, the scope and the answers of each operation."""
_EXAMPLES: Final = 30 if THOROUGH else 15


@pytest.fixture(scope="module")
def service(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(seeded(url_of(store, tmp_path_factory.mktemp("contacts"))), "--no-seed") as service:
        service.token("acme-manager")
        yield service


@pytest.fixture(scope="module")
def document(service: Service) -> Any:
    return service.send("GET", "/openapi.json", None, {}, 30).body


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_document_names_all_of_the_contract(document: Any, path: str, method: str) -> None:
    parameters, scope, answers = OPERATIONS[path, method]
    operation = document["paths"][path][method]
    shown = {each["name"] for each in operation["parameters"]}
    assert shown == parameters
    assert len(operation["parameters"]) == len(parameters)
    assert operation["security"] == [{"oauth": [scope]}]
    assert operation["responses"].keys() == answers
    assert ("requestBody" in operation) == (method in ("post", "put"))
    for status in answers:
        content = operation["responses"][status].get("content", {})
        kinds = {"401": "GatewayError"}.get(status, "Error") if status >= "400" else None
        if kinds is not None:
            assert content == {"application/json": {"schema": {"$ref": f"#/components/schemas/{kinds}"}}}


def test_the_document_names_nothing_else(document: Any) -> None:
    named = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert named == {*OPERATIONS, ("/oauth/token", "post")}
    flow = document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]
    assert (flow["tokenUrl"], flow["scopes"].keys()) == ("/oauth/token", {_READ, _MANAGE})


def test_the_document_has_the_bounds_of_the_contract(document: Any) -> None:
    shown = {each["name"]: each["schema"] for each in document["paths"][_PATH]["get"]["parameters"]}
    assert shown["tenant"].items() >= {"minLength": 3, "maxLength": 16, "pattern": "^[a-z][a-z0-9]+$"}.items()
    assert shown["pageNumber"].items() >= {"minimum": 1, "default": 1}.items()
    assert shown["pageSize"].items() >= {"minimum": 1, "default": 16}.items()
    assert shown["type"]["enum"] == ["PRIMARY", "BILLING", "LOGISTICS", "CONTACT"]
    bodies = document["components"]["schemas"]
    assert set(bodies["NewAssignment"]["required"]) == {"legalEntity", "customer"}
    assert set(bodies["PutAssignment"]["required"]) == {"legalEntity", "customer", "type"}
    assert set(bodies["Error"]["required"]) >= {"code", "status"}


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize(("path", "method"), [*OPERATIONS, ("/oauth/token", "post")])
def test_no_request_breaks_the_service_or_its_description(service: Service, path: str, method: str, mode: str) -> None:
    """Half of the requests are of the tenant and of what there is, so that they come to the database."""
    schemathesis = import_optional("schemathesis", "schemathesis", "pip install schemathesis")
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.port}/openapi.json")
    headers = {"Authorization": f"Bearer {service.token('acme-manager')}"}

    @settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(
        case=schema[path][method.upper()].as_strategy(generation_mode=schemathesis.GenerationMode[mode]),
        known=st.booleans(),
        assignment=st.sampled_from(["one", "two", None]),
        pair=st.tuples(st.sampled_from([COMPANY, SUBSIDIARY]), st.just(JOHN)),
    )
    def ask(case: Any, known: bool, assignment: str | None, pair: tuple[str, str]) -> None:
        if known and path != "/oauth/token":
            case.path_parameters["tenant"] = "acme"
            if assignment is not None and "contactAssignmentId" in case.path_parameters:
                case.path_parameters["contactAssignmentId"] = assignment
            if isinstance(case.body, dict):
                for name, identifier in zip(("legalEntity", "customer"), pair, strict=True):
                    if isinstance(case.body.get(name), dict):
                        case.body[name]["id"] = identifier
        answered_as_told(case, headers)

    ask()
    assert service.call("GET", "").status == 200  # it answers still
