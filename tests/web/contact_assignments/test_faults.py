"""A full disk and a lost database: status 500 with the body of the contract, and nothing half-written."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pytest

from engines.missing import NotInstalledError

from ..proxy import Proxy
from .cases import COMPANY, JOHN, draft
from .service import STORES, Answer, Service, running, seeded, url_of

_SERVERS: Final = [store for store in STORES if store != "sqlite"]
_BYTES: Final = (1, 40, 150, 300, 450, 600, 900, 1300, 2000, 3000)
_LARGE: Final = {"at": "x" * 30_000}


class Reached(NamedTuple):
    service: Service
    proxy: Proxy


def _is_failure(answer: Answer) -> bool:
    assert answer.status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT, HTTPStatus.INTERNAL_SERVER_ERROR)
    if answer.status != HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    assert answer.headers["Content-Type"] == "application/json"
    message = "the server failed; its log says why"
    assert answer.body == {"code": 500, "status": "Internal Server Error", "message": message, "details": []}
    return True


def _once_it_answers(service: Service, target: str) -> Answer:
    """The answer when the way to the database is there again: a driver looks for it from time to time."""
    end = time.monotonic() + 30
    while _is_failure(answer := service.call("GET", target)):
        assert time.monotonic() < end, "the service does not find the database again"
    return answer


def test_a_full_disk_is_an_error_and_nothing_is_lost(tmp_path: Path) -> None:
    """The process may not make a file longer, as on a full disk: each write of SQLite fails."""
    if not hasattr(resource, "prlimit"):
        raise NotInstalledError("prlimit", "run it on Linux")
    with running(seeded(url_of("sqlite", tmp_path)), "--no-seed") as service:
        assert service.call("PUT", "/a", draft(mixins={"n": 1})).status == 201
        before = service.call("GET", "").body
        _, most = resource.prlimit(service.process_id, resource.RLIMIT_FSIZE)
        for limit in (0, 5_000, 20_000, 100_000):
            resource.prlimit(service.process_id, resource.RLIMIT_FSIZE, (limit, most))
            answers = [service.call("PUT", "/a", draft(mixins={**_LARGE, "n": 2})) for _ in range(2)]
            answers += [service.call("POST", "", draft(COMPANY, "111106ecf0452c2d6c0b81123", mixins=_LARGE))]
            answers += [service.call("DELETE", f"/{before[0]['id']}")] if limit == 0 else []
            assert all(map(_is_failure, answers)), limit
            assert service.call("GET", "").body == before
        resource.prlimit(service.process_id, resource.RLIMIT_FSIZE, (most, most))
        assert service.call("PUT", "/a", draft(mixins={**_LARGE, "n": 3})).status == 204
        found = service.call("GET", "/a").body
        assert (found["mixins"]["n"], found["metadata"]["version"]) == (3, 2)
    with running(service.url, "--no-seed") as again:
        assert again.call("GET", "/a").body == found


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"contact assignments {name}")) for name in _SERVERS],
)
def reached(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    url = seeded(url_of(request.param, tmp_path_factory.mktemp("contacts")))
    port = urlsplit(url).port
    assert port is not None
    proxy = Proxy(port)
    through = url.replace(f":{port}/", f":{proxy.port}/")
    if through.startswith("mongodb:"):
        through += "?timeoutMS=700"
    try:
        with running(through, "--no-seed") as service:
            service.token("acme-manager")
            yield Reached(service, proxy)
    finally:
        proxy.stop()


def test_a_database_that_is_gone_is_an_error_until_it_is_back(reached: Reached) -> None:
    service, proxy = reached
    before = service.call("GET", "").body
    proxy.cut()
    try:
        for method, target, body in (
            ("GET", "", None),
            ("GET", f"/{before[0]['id']}", None),
            ("POST", "", draft()),
            ("PUT", f"/{before[0]['id']}", draft(COMPANY, JOHN)),
            ("DELETE", f"/{before[0]['id']}", None),
        ):
            assert _is_failure(service.call(method, target, body)), method
        assert service.call("GET", "?q=nmae:x").status == 400  # what needs no database is answered
    finally:
        proxy.mend()
    assert _once_it_answers(service, "").body == before


@pytest.mark.parametrize("after", _BYTES)
def test_a_write_that_is_cut_is_done_or_not_and_never_in_part(reached: Reached, after: int) -> None:
    service, proxy = reached
    assert service.call("PUT", "/cut", draft(mixins={"n": [0] * 20})).status in (201, 204)
    version = service.call("GET", "/cut").body["metadata"]["version"]
    proxy.cut(after)
    try:
        failed = _is_failure(service.call("PUT", "/cut", draft(kind="LOGISTICS", mixins={"n": [1] * 20})))
    finally:
        proxy.mend()
    found = _once_it_answers(service, "/cut").body
    old, new = ("BILLING", [0] * 20, version), ("LOGISTICS", [1] * 20, version + 1)
    assert (found["type"], found["mixins"]["n"], found["metadata"]["version"]) in ((old, new) if failed else (new,))
