"""The service answers the table of the contract alike on every database."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import pytest

from engines.missing import import_optional
from tests.each import each

from .cases import CASES, DOCUMENTS, Case
from .service import Answer, Service, open_store, running, seeded, url_of

_MISSING: Final = object()


@pytest.fixture(scope="module")
def service(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(seeded(url_of(store, tmp_path_factory.mktemp("contacts")))) as service:
        _reset(service)
        yield service


def _reset(service: Service) -> None:
    """The documents of the table, and nothing else."""
    for client, base in (("acme-manager", ""), ("globex-manager", "/customer-management/globex/contact-assignments")):
        for item in service.call("GET", f"{base}?fields=id&pageSize=1000", client=client).body:
            assert service.call("DELETE", f"{base}/{item['id']}", client=client).status == 204
    for document in DOCUMENTS:
        assert service.call("POST", "", document).status == 201


def _at(body: Any, path: str) -> Any:
    for key in path.split("."):
        if isinstance(body, list) and int(key) < len(body):
            body = body[int(key)]
        elif isinstance(body, dict):
            body = body.get(key, _MISSING)
        else:
            return None
    return None if body is _MISSING else body


def _check(service: Service, case: Case) -> None:
    target = quote(case.target, safe='/?&=:+%,()<>"*~.;')
    target = target.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
    answer = service.call(case.method, target, case.body, client=case.client, headers=case.headers)
    assert answer.status == case.status, answer.content
    if case.ids is not None:
        assert [item["id"] for item in answer.body] == list(case.ids)
    for path, value in case.holds.items():
        assert _at(answer.body, path) == value, path
    for name, value in case.sent.items():
        assert answer.headers[name] == value
    if answer.status >= 400:
        _check_error(answer)
    if case.says:
        assert any(case.says in detail for detail in answer.body["details"]), answer.body
    for following in case.then:
        _check(service, following)


def _check_error(answer: Answer) -> None:
    assert answer.headers["Content-Type"] == "application/json"
    if answer.status == 401:
        assert answer.body["fault"].keys() == {"faultstring", "detail"}
        assert answer.body["fault"]["detail"] == {"errorcode": "oauth.v2.InvalidAccessToken"}
        return
    assert answer.body.keys() - {"resourceId"} == {"code", "status", "message", "details"}
    assert answer.body["code"] == answer.status
    assert answer.body["status"] == HTTPStatus(answer.status).phrase
    assert all(isinstance(detail, str) for detail in answer.body["details"])


def test_the_service_answers_as_the_contract_says(store: str, service: Service) -> None:
    each(CASES, partial(_answers_as_the_contract_says, store, service))


def _answers_as_the_contract_says(store: str, service: Service, case: Case) -> None:
    if store == "ferretdb" and "elemMatch" in case.target:  # it has no $elemMatch for objects, and fails
        case = replace(case, ids=None, status=500)
    try:
        _check(service, case)
    finally:
        if case.method != "GET":
            _reset(service)


def test_times_are_those_of_creation_and_of_the_last_change(service: Service) -> None:
    before = service.call("GET", "/a?fields=metadata").body["metadata"]
    assert before["createdAt"] == before["modifiedAt"]
    assert service.call("PUT", "/a", {**DOCUMENTS[0], "type": "CONTACT"}).status == 204
    after = service.call("GET", "/a?fields=metadata").body["metadata"]
    assert after["createdAt"] == before["createdAt"]
    assert after["modifiedAt"] > before["modifiedAt"]
    assert after["version"] == before["version"] + 1
    _reset(service)


def test_generated_ids_differ_and_are_ids(service: Service) -> None:
    ids = set()
    for _ in range(3):
        made = service.call("POST", "", {**DOCUMENTS[1], "id": None, "customer": {"id": "111106ecf0452c2d6c0b81123"}})
        assert made.status == 201
        ids.add(made.body["id"])
        assert service.call("DELETE", f"/{made.body['id']}").status == 204
    assert len(ids) == 3
    assert all(0 < len(each) <= 66 and each.isalnum() for each in ids)


def test_assignments_show_legal_entities_and_customers_as_they_are_now(service: Service) -> None:
    seed = import_optional("examples.contact_assignments_api.seed", "the service", "pip install 'qlause[web]'")
    opened = open_store(service.url)
    opened.save("customers", "acme", [{**seed.CUSTOMERS[0], "name": "Johanna"}])
    try:
        assert service.call("GET", "?q=customer.name:Johanna&fields=id").body == [{"id": "a"}, {"id": "b"}]
        assert service.call("GET", "/a").body["metadata"]["version"] == 1
        assert service.call("GET", "?q=customer.name:John&fields=id").body == []
    finally:
        opened.save("customers", "acme", seed.CUSTOMERS)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "acme-reader", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "acme-reader", "client_secret": "\xe4"}, 401, "invalid_client"),
        ({}, 400, "invalid_request"),
        ({"client_id": "acme-reader", "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "acme-reader", "scope": "other"}, 400, "invalid_scope"),
        (
            {"client_id": "acme-reader", "scope": "customermanagement.contactassignment_manage"},
            400,
            "invalid_scope",
        ),
    ],
)
def test_no_token_is_given_out(service: Service, form: dict[str, str], status: int, error: str) -> None:
    answer = service.ask_token(**form)
    assert (answer.status, answer.body) == (status, {"error": error})


def test_a_token_has_the_scopes_that_were_asked_for(service: Service) -> None:
    scope = "customermanagement.contactassignment_read"
    answer = service.ask_token(client_id="acme-manager", scope=scope)
    assert answer.body.items() >= {"token_type": "Bearer", "expires_in": 3600, "scope": scope}.items()
    service.tokens["narrow"] = answer.body["access_token"]
    assert service.call("GET", "", client="narrow").status == 200
    assert service.call("DELETE", "/a", client="narrow").status == 403


def test_a_token_that_was_changed_is_refused(service: Service) -> None:
    token = service.token("acme-manager")
    for changed in (token[:-1], token + "0", "f" + token[1:], token.replace(".", "x."), token.swapcase()):
        service.tokens["changed"] = changed
        assert service.call("GET", "", client="changed").status == 401, changed


def test_a_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_optional("examples.contact_assignments_api.tokens", "the service", "pip install 'qlause[web]'")
    tokens = module.Tokens()
    form = {"grant_type": ["client_credentials"], "client_id": ["acme-reader"], "client_secret": ["development-only"]}
    token = tokens.issue(form)["access_token"]
    assert tokens.caller(f"Bearer {token}").tenant == "acme"
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + 3601)
    with pytest.raises(module.UnauthorizedError, match="expired"):
        tokens.caller(f"Bearer {token}")
    with pytest.raises(module.UnauthorizedError, match="Invalid"):
        module.Tokens().caller(f"Bearer {token}")  # made with another key


def test_a_database_that_is_not_known_is_refused_in_one_line() -> None:
    import_optional("uvicorn", "the service", "pip install 'qlause[web]'")
    import_optional("fastapi", "the service", "pip install 'qlause[web]'")
    command = [sys.executable, "-m", "examples.contact_assignments_api", "--database", "oracle://x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "there is no store for oracle; there are sqlite, postgresql and mongodb"
    )
