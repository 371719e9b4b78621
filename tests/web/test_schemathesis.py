"""Requests that schemathesis makes from the OpenAPI document of every app, sound ones and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings

from engines.missing import import_optional

from .apps import FRAMEWORKS
from .client import Server, running
from .contacts import LISTINGS

_EXAMPLES: Final = 15
"""How many requests of each kind are sent to an operation."""
_LENGTH: Final = 30_000
"""The length of a query string; servers cut the connection above their own limit."""
_OWN_DOCUMENTS: Final = {"fastapi": "/openapi.json", "litestar": "/schema/openapi.json"}
"""Where an app shows the document that its framework makes. The others have what the listings tell."""
_CHECKS: Final = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
)


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"web {name}")) for name in FRAMEWORKS]
)
def app(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server]]:
    framework = FRAMEWORKS[request.param]
    packages = (*framework.packages, "schemathesis")
    with running(f"tests.web.apps.{request.param}_app", framework.interface, packages) as server:
        yield request.param, server


def _schema(name: str, server: Server) -> Any:
    schemathesis = import_optional("schemathesis", "schemathesis", "pip install schemathesis")
    url = f"http://127.0.0.1:{server.port}"
    if name in _OWN_DOCUMENTS:
        return schemathesis.openapi.from_url(url + _OWN_DOCUMENTS[name])
    paths = {path: {"get": listing.openapi(envelope=path == "/numbered")} for path, listing in LISTINGS.items()}
    schema = schemathesis.openapi.from_dict(
        {"openapi": "3.1.0", "info": {"title": name, "version": "1"}, "servers": [{"url": url}], "paths": paths}
    )
    schema.config.update(base_url=url)
    return schema


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize("path", LISTINGS)
def test_no_request_breaks_the_app_or_its_description(app: tuple[str, Server], path: str, mode: str) -> None:
    """The status, the media type, the headers and the body of each response are those that the document tells."""
    schemathesis = import_optional("schemathesis", "schemathesis", "pip install schemathesis")
    checks = import_optional("schemathesis.checks", "schemathesis", "pip install schemathesis")
    checks.load_all_checks()
    wanted = checks.CHECKS.get_by_names(_CHECKS)
    operation = _schema(*app)[path]["GET"]
    statuses: set[int] = set()

    @settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode]))
    def ask(case: Any) -> None:
        assume(len(urlencode(case.query or {}, doseq=True, errors="replace")) < _LENGTH)
        statuses.add(case.call_and_validate(checks=wanted).status_code)

    ask()
    assert statuses <= {200, 400}
    assert 400 in statuses
