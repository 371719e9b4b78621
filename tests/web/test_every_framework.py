"""Every framework answers every request of the table alike: as the listing itself does, and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.client import HTTPMessage
from itertools import pairwise
from typing import Any
from urllib.parse import quote_plus, urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qlause import Page, QlauseError, python
from tests.each import each

from .apps import FRAMEWORKS
from .cases import CASES, Case
from .client import Answer, Server, running
from .contacts import DOCUMENTS, LISTINGS


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"web {name}")) for name in FRAMEWORKS]
)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    framework = FRAMEWORKS[request.param]
    with running(f"tests.web.apps.{request.param}_app", *framework) as server:
        yield server


def expected(case: Case) -> Page | QlauseError:
    """What the listing itself makes of the request."""
    headers = [(name.decode("latin-1"), value.strip().decode("latin-1")) for name, value in case.headers]
    try:
        return python.page(DOCUMENTS, LISTINGS[case.path.decode()].read(case.query, headers))
    except QlauseError as error:
        return error


def test_every_framework_answers_alike(server: Server) -> None:
    each(CASES, partial(_answers_alike, server))


def _answers_alike(server: Server, case: Case) -> None:
    answer = server.get(case.path + (b"?" + case.query if case.query else b""), case.headers)
    page = expected(case)
    if isinstance(page, QlauseError):
        assert case.ids is None
        assert (answer.status, answer.body) == (400, page.to_problem())
        assert [(error.get("parameter"), error["code"]) for error in answer.body["errors"]] == case.errors
        assert answer.headers["Content-Type"] == "application/problem+json"
        return
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert items_of(answer) == page.items
    assert [item["id"] for item in items_of(answer)] == case.ids
    assert answer.headers["X-Total-Count"] == (None if case.total is None else str(case.total))
    assert answer.links == Answer(answer.url, 200, message(page.headers("")), b"").links
    if case.path == b"/numbered":
        url = urlsplit(answer.url)._replace(query="").geturl()
        resolved = {name: answer.body[name] and urljoin(url, answer.body[name]) for name in ("next", "previous")}
        assert {**answer.body, **resolved} == page.envelope(url)


def items_of(answer: Answer) -> list[dict[str, Any]]:
    body = answer.body
    items: list[dict[str, Any]] = body["items"] if isinstance(body, dict) else body
    return items


def message(headers: dict[str, str]) -> HTTPMessage:
    made = HTTPMessage()
    for name, value in headers.items():
        made[name] = value
    return made


@pytest.mark.parametrize(
    "target",
    [
        b"/contacts?sort=name&pageSize=3",
        b"/contacts?sort=at:desc&pageSize=3&pageNumber=1",
        b"/contacts?pageSize=8",
        b"/numbered",
    ],
)
def test_links_lead_through_all_pages_and_back(server: Server, target: bytes) -> None:
    answers = [server.get(target)]
    while "next" in answers[-1].links:
        answers.append(follow(server, answers[-1], "next"))
    found = [item["id"] for answer in answers for item in items_of(answer)]
    assert sorted(found) == [document["id"] for document in DOCUMENTS]
    assert len(answers) == (1 if b"8" in target else 3)
    for before, after in pairwise(answers):
        assert items_of(follow(server, after, "prev")) == items_of(before)
    for answer in answers:
        assert items_of(follow(server, answer, "first")) == items_of(answers[0])


def follow(server: Server, answer: Answer, rel: str) -> Answer:
    url = urlsplit(answer.links[rel])
    return server.get(f"{url.path}?{url.query}".encode())


_NAMES = st.sampled_from(["q", "sort", "fields", "pageNumber", "pageSize", "after", "status", "qty", "at", "x"])
_TEXTS = st.sampled_from(
    ["id:1", "name:~a", "NOT status:OPEN", "(qty:>1", "name", "name:desc,id", "data.tags", "2", "0", "OPEN", "5", "\0"]
)


@given(pairs=st.lists(st.tuples(_NAMES, _TEXTS.map(str.encode) | st.binary(max_size=8)), max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_parameters_are_answered_alike(server: Server, pairs: list[tuple[str, bytes]]) -> None:
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in pairs).encode()
    answer = server.get(b"/contacts?" + query)
    page = expected(Case(query))
    if isinstance(page, QlauseError):
        assert (answer.status, answer.body) == (400, page.to_problem())
    else:
        assert (answer.status, items_of(answer)) == (200, page.items)


@pytest.mark.parametrize(
    "query", [b"q=name:\xc3\xab", b"q=name:\xff", b"q=\x00", b"q=name:\x7f", b'q="', b"q=<>|{}\\^`", b"%", b"#q", b"?"]
)
def test_what_is_no_url_gives_no_error_of_the_server(server: Server, query: bytes) -> None:
    """Servers differ in which of these they let through; what comes through is read or refused."""
    answer = server.get(b"/contacts?" + query)
    assert answer.status in (200, 400)
    if answer.status == 400 and answer.headers["Content-Type"] == "application/problem+json":
        assert json.loads(answer.content)["errors"]
