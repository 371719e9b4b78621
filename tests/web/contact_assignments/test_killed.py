"""The process is killed at any moment: what was acknowledged is there, and the store opens."""

from __future__ import annotations

import http.client
import multiprocessing
import random
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from tests.profiles import THOROUGH

from .cases import draft
from .service import Service, open_store, seeded, url_of

_ROUNDS: Final = {"sqlite": 200 if THOROUGH else 5}
_ROUNDS_OF_SERVERS: Final = 20 if THOROUGH else 3
_WRITERS: Final = 3
_KINDS: Final = ("BILLING", "LOGISTICS")
_State: TypeAlias = tuple[int, int] | None
"""The number that was written last, and the version; None where there is no assignment."""

_CONTEXT: Final = multiprocessing.get_context("forkserver")  # one process imports the service, and forks at each start
_CONTEXT.set_forkserver_preload(
    ["uvicorn", *(f"examples.contact_assignments_api.{name}" for name in ("app", "mongo_store", "sql_store"))]
)


def _serve(url: str, told: Connection) -> None:
    import uvicorn

    from examples.contact_assignments_api.app import make_app
    from examples.contact_assignments_api.tokens import Tokens

    app = make_app(open_store(url), Tokens())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told.send(listener.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])


@contextmanager
def _killed(url: str) -> Iterator[Service]:
    """A service that is killed at the end of the block."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_serve, args=(url, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Service(ours.recv(), url)
    finally:
        process.kill()
        process.join()


class _Writer:
    """Writes one assignment again and again, and knows what it may be."""

    def __init__(self, name: str, customer: str) -> None:
        self.name = name
        self.customer = customer
        self.possible: set[_State] = {None}
        self.acknowledged = 0
        self._number = 0

    def write_until_it_fails(self, service: Service) -> None:
        try:
            while True:
                self._write(service)
        except (OSError, http.client.HTTPException, ValueError):
            return  # killed, in the middle of an answer perhaps

    def _write(self, service: Service) -> None:
        (known,) = self.possible
        self._number += 1
        if known is not None and self._number % 5 == 0:
            self.possible = {known, None}
            assert service.call("DELETE", f"/{self.name}").status == 204
            self.possible = {None}
        else:
            new = (self._number, 1 if known is None else known[1] + 1)
            self.possible = {known, new}
            kind = _KINDS[self._number % 2]
            body = draft("entity", self.customer, kind, mixins={"n": [self._number] * 30})
            if known is None and self._number % 2:
                assert service.call("POST", "", {**body, "id": self.name}).status == 201
            else:
                assert service.call("PUT", f"/{self.name}", body).status == (201 if known is None else 204)
            self.possible = {new}
        self.acknowledged += 1

    def check(self, found: Any) -> None:
        """Compare with what is stored, and go on from there."""
        state = None
        if found is not None:
            state = (found["mixins"]["n"][0], found["metadata"]["version"])
            assert found["mixins"]["n"] == [state[0]] * 30
            assert found["type"] == _KINDS[state[0] % 2]
            assert (found["legalEntity"]["id"], found["customer"]["id"]) == ("entity", self.customer)
        assert state in self.possible
        self.possible = {state}


def test_a_killed_process_loses_nothing(store: str, tmp_path: Path) -> None:
    url = seeded(url_of(store, tmp_path))
    writers = [_Writer(f"w{number}", f"c{number}") for number in range(_WRITERS)]
    opened = open_store(url)
    opened.save("legal_entities", "acme", [{"id": "entity"}])
    opened.save("customers", "acme", [{"id": writer.customer} for writer in writers])
    chance = random.Random(1)
    for _ in range(_ROUNDS.get(store, _ROUNDS_OF_SERVERS)):
        with _killed(url) as service:
            _check(service, writers)
            threads = [threading.Thread(target=writer.write_until_it_fails, args=[service]) for writer in writers]
            for thread in threads:
                thread.start()
            threads[0].join(chance.uniform(0.0, 0.2))
        for thread in threads:
            thread.join()
        _check_file(store, url)
    with _killed(url) as service:
        _check(service, writers)
    assert sum(writer.acknowledged for writer in writers) > len(writers)


def _check(service: Service, writers: list[_Writer]) -> None:
    found = {each["id"]: each for each in service.call("GET", "?q=id:~^w").body}
    for writer in writers:
        writer.check(found.get(writer.name))


def _check_file(store: str, url: str) -> None:
    if store == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_is_lost_or_half_written_would_be_seen() -> None:
    writer = _Writer("w", "c")
    writer.possible = {(3, 3)}
    whole = draft("entity", "c", _KINDS[1], mixins={"n": [3] * 30}, metadata={"version": 3})
    writer.check(whole)
    for wrong in (
        None,
        {**whole, "mixins": {"n": [2] * 30}},
        {**whole, "mixins": {"n": [3] * 29 + [2]}},
        {**whole, "type": _KINDS[0]},
        {**whole, "metadata": {"version": 4}},
    ):
        with pytest.raises(AssertionError):
            writer.check(wrong)
