"""The data, and the two services as processes."""

from __future__ import annotations

import multiprocessing
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Final

__all__ = ["fill", "serving"]

_KINDS: Final = ("PRIMARY", "BILLING", "LOGISTICS", "CONTACT")


def fill(url: str, count: int) -> None:
    """Fill a database with so many assignments."""
    from examples.contact_assignments_api.seed import LEGAL_ENTITIES
    from examples.contact_assignments_api.store import open_store

    store, chance = open_store(url), random.Random(1)  # noqa: S311  # data of a benchmark
    names = [f"c{number}" for number in range(count)]
    store.save("legal_entities", "acme", LEGAL_ENTITIES)
    store.save("customers", "acme", [{"id": name, "name": f"Name {name}", "surname": "Doe"} for name in names])
    for name in names:
        entity = chance.choice(LEGAL_ENTITIES)["id"]
        draft = {"legalEntity": entity, "customer": name, "type": chance.choice(_KINDS)}
        store.create("acme", f"a-{name}", {**draft, "primary": chance.random() < 0.5, "mixins": {"level": 1}})


def _serve(which: str, file: str, told: Connection) -> None:
    import uvicorn

    if which == "qlause":
        from examples.contact_assignments_api.app import make_app
        from examples.contact_assignments_api.store import open_store
        from examples.contact_assignments_api.tokens import Tokens

        app = make_app(open_store(f"sqlite:///{file}"), Tokens())
    else:
        from .by_hand import make_app as make_by_hand

        app = make_by_hand(file)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told.send(listener.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[listener])


@contextmanager
def serving(which: str, file: str) -> Iterator[int]:
    """The port of a service."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(which, file, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()
