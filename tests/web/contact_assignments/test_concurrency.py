"""Many clients at once: one writer wins, readers see whole documents."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from engines.missing import import_optional
from engines.mongodb.server import SERVERS

from .cases import COMPANY, JOHN, MEI, SUBSIDIARY, draft
from .service import STORES, Answer, Service, open_store, running, seeded, url_of

_CLIENTS: Final = 8
_ROUNDS: Final = 5
# FerretDB v1 looks for a document and then writes it, in two steps: two writers of one version can both win there.
_ATOMIC: Final = [store for store in STORES if store != "ferretdb"]


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"contact assignments {name}")) for name in _ATOMIC],
)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(seeded(url_of(request.param, tmp_path_factory.mktemp("contacts"))), "--no-seed") as service:
        service.token("acme-manager")
        for item in service.call("GET", "?fields=id").body:
            assert service.call("DELETE", f"/{item['id']}").status == 204
        yield service


def _at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    together = threading.Barrier(len(calls))

    def one(call: Callable[[], Answer]) -> Answer:
        together.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_of_writers_with_one_version_exactly_one_wins(service: Service) -> None:
    assert service.call("PUT", "/one", draft(mixins={"by": -1})).status in (201, 204)
    for _ in range(_ROUNDS):
        version = service.call("GET", "/one?fields=metadata").body["metadata"]["version"]
        bodies = [draft(mixins={"by": number}, metadata={"version": version}) for number in range(_CLIENTS)]
        answers = _at_once([partial(service.call, "PUT", "/one", body) for body in bodies])
        assert sorted(answer.status for answer in answers) == [204] + [409] * (_CLIENTS - 1)
        found = service.call("GET", "/one").body
        winner = next(number for number, answer in enumerate(answers) if answer.status == 204)
        assert found["mixins"] == {"by": winner}
        assert found["metadata"]["version"] == version + 1
    assert service.call("DELETE", "/one").status == 204


def test_writers_without_a_version_all_write_and_each_raises_it(service: Service) -> None:
    answers = _at_once([partial(service.call, "PUT", "/all", draft())] * _CLIENTS)
    assert sorted(answer.status for answer in answers) == [201] + [204] * (_CLIENTS - 1)
    assert service.call("GET", "/all").body["metadata"]["version"] == _CLIENTS
    assert service.call("DELETE", "/all").status == 204


def test_of_writers_who_assign_a_customer_exactly_one_wins(service: Service) -> None:
    for number in range(_ROUNDS):
        ids = [f"w{number}-{client}" for client in range(_CLIENTS)]
        posts = [partial(service.call, "POST", "", draft(COMPANY, JOHN, id=name)) for name in ids[:4]]
        puts = [partial(service.call, "PUT", f"/{name}", draft(COMPANY, JOHN)) for name in ids[4:]]
        answers = _at_once([*posts, *puts])
        assert sorted(answer.status for answer in answers) == [201] + [409] * (_CLIENTS - 1)
        (kept,) = service.call("GET", f"?customer.id={JOHN}&legalEntity.id={COMPANY}").body
        assert kept["id"] == ids[next(at for at, answer in enumerate(answers) if answer.status == 201)]
        assert service.call("DELETE", f"/{kept['id']}").status == 204


def test_one_id_is_taken_once_and_deleted_once(service: Service) -> None:
    pairs = [(entity, customer) for entity in (COMPANY, SUBSIDIARY) for customer in (JOHN, COMPANY)]
    made = _at_once([partial(service.call, "POST", "", draft(*pair, id="id")) for pair in pairs])
    assert sorted(answer.status for answer in made) == [201, 409, 409, 409]
    gone = _at_once([partial(service.call, "DELETE", "/id")] * 4)
    assert sorted(answer.status for answer in gone) == [204, 404, 404, 404]


def test_readers_see_whole_documents(service: Service) -> None:
    """Each write changes all parts of the document; what is read is of one write."""
    kinds = ("BILLING", "LOGISTICS")
    entities = (COMPANY, SUBSIDIARY)
    assert service.call("PUT", "/whole", draft(entities[0], JOHN, kinds[0], mixins={"at": [0] * 50})).status == 201
    done = threading.Event()
    seen: list[Any] = []

    def read() -> None:
        while not done.is_set():
            seen.extend(service.call("GET", "?q=id:whole").body)
            seen.append(service.call("GET", "/whole").body)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in range(1, 40):
            body = draft(entities[number % 2], JOHN, kinds[number % 2], mixins={"at": [number] * 50})
            assert service.call("PUT", "/whole", body).status == 204
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert len(seen) > 10
    for document in seen:
        number = document["metadata"]["version"] - 1
        assert document["mixins"] == {"at": [number] * 50}
        assert document["type"] == kinds[number % 2]
        assert document["legalEntity"]["id"] == entities[number % 2]
        assert document["legalEntity"]["type"] == ("COMPANY", "SUBSIDIARY")[number % 2]
    assert service.call("DELETE", "/whole").status == 204


def test_an_assignment_never_keeps_an_old_customer(service: Service) -> None:
    """A customer is saved again and again while an assignment is written; at the end it shows the last one."""
    customers = import_optional("examples.contact_assignments_api.seed", "the service", "pip install 'qlause[web]'")
    john = next(each for each in customers.CUSTOMERS if each["id"] == JOHN)
    store = open_store(service.url)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            assert service.call("PUT", "/copy", draft(COMPANY, JOHN)).status in (201, 204)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for number in range(20):
            store.save("customers", "acme", [{**john, "name": f"John {number}"}])
    finally:
        done.set()
        for writer in writers:
            writer.join()
    assert service.call("GET", "/copy").body["customer"]["name"] == "John 19"
    store.save("customers", "acme", [john])
    assert service.call("GET", "/copy").body["customer"]["name"] == "John"
    assert service.call("DELETE", "/copy").status == 204


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("known", [False, True])
def test_a_customer_that_is_saved_in_the_middle_of_a_write_is_shown(
    server: str, known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In MongoDB the assignment has a copy, which was read before it was written."""
    url = seeded(url_of(server, tmp_path))
    store, other = open_store(url), open_store(url)
    draft = {"legalEntity": COMPANY, "customer": MEI, "type": "CONTACT", "primary": False}
    if known:
        store.create("acme", "x", draft)
    read_named, calls = store._named, iter(range(9))

    def named(*arguments: Any) -> Any:
        found = read_named(*arguments)
        if next(calls) == 0:
            other.save("customers", "acme", [{"id": MEI, "name": "New"}])
        return found

    monkeypatch.setattr(store, "_named", named)
    store.put("acme", "x", draft, None)
    assert other._assignments.find_one({"_id": "acme/x"})["customer"] == {"id": MEI, "name": "New"}


@pytest.mark.parametrize("server", SERVERS)
def test_an_id_is_not_taken_because_another_assignment_of_the_pair_is_deleted_meanwhile(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(seeded(url_of(server, tmp_path)))
    draft = {"legalEntity": COMPANY, "customer": MEI, "type": "CONTACT", "primary": False}
    store.create("acme", "x", draft)
    refuse_second = store._refuse_second

    def after_a_deletion(*arguments: Any) -> None:
        store.delete("acme", "x")
        refuse_second(*arguments)

    monkeypatch.setattr(store, "_refuse_second", after_a_deletion)
    store.create("acme", "y", draft)
    assert [each["id"] for each in store._assignments.find({"_id": {"$in": ["acme/x", "acme/y"]}})] == ["y"]
