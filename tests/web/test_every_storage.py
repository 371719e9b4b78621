"""Every storage answers every request of the table alike: with the items, the total and the links of documents."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import pytest

from qlause import Page, QlauseError, python
from tests.each import each

from .cases import CASES, Case
from .contacts import DOCUMENTS
from .contacts import LISTINGS as PLAIN
from .storages import LISTINGS, STORAGES, Answer


class Storage(NamedTuple):
    name: str
    kind: str
    answer: Answer


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"storage {name}")) for name in STORAGES]
)
def storage(request: pytest.FixtureRequest) -> Storage:
    kind, fill = STORAGES[request.param]
    return Storage(request.param, kind, fill())


def answered(case: Case, storage: Storage | None) -> Page | QlauseError:
    headers = [(name.decode("latin-1"), value.strip().decode("latin-1")) for name, value in case.headers]
    listing = (PLAIN if storage is None else LISTINGS[storage.kind])[case.path.decode()]
    try:
        request = listing.read(case.query, headers)
        return python.page(DOCUMENTS, request) if storage is None else storage.answer(request)
    except QlauseError as error:
        return error


def test_every_storage_answers_alike(storage: Storage) -> None:
    each(CASES, partial(_answers_alike, storage))


def _answers_alike(storage: Storage, case: Case) -> None:
    page, expected = answered(case, storage), answered(case, None)
    if isinstance(expected, QlauseError):
        assert isinstance(page, QlauseError)
        assert page.to_problem() == expected.to_problem()
        return
    if storage.kind == "stored" and b"after=" in case.query:  # a cursor is of the stored paths
        assert isinstance(page, QlauseError)
        assert "cursor_sort" in str(page.to_problem())
        return
    assert isinstance(page, Page), page
    assert page.items == expected.items
    assert (page.total, page.next, page.previous) == (expected.total, expected.next, expected.previous)


@pytest.mark.parametrize("sort", ["name", "qty:desc", "at,name:desc", "status,qty", "id:desc"])
def test_pages_are_everything_forwards_and_backwards(storage: Storage, sort: str) -> None:
    listing = LISTINGS[storage.kind]["/contacts"]
    query: str | None = f"sort={sort}&pageSize=3&fields=id"
    pages: list[Page] = []
    while query is not None:
        pages.append(storage.answer(listing.read(query)))
        query = pages[-1].next
    ordered = [item["id"] for page in pages for item in page.items]
    assert ordered == [document["id"] for document in sorted(DOCUMENTS, key=python.sort_key(sort))]
    before = storage.answer(listing.read(pages[-1].previous or ""))
    assert before.items == pages[-2].items
