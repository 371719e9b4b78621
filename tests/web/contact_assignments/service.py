"""The service as a process, the databases that it runs on, and a client."""

from __future__ import annotations

import atexit
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from engines import postgresql
from engines.missing import import_optional
from engines.mongodb.server import SERVERS
from engines.mongodb.server import database as mongodb

__all__ = ["BASE", "STORES", "Answer", "Service", "open_store", "running", "seeded", "url_of"]

_ROOT: Final = Path(__file__).parents[3]
_NUMBERS: Final = count(1)
BASE: Final = "/customer-management/acme/contact-assignments"
STORES: Final = ("sqlite", "postgresql", *SERVERS)


def url_of(store: str, folder: Path) -> str:
    """The URL of an empty database. Raises NotInstalledError where there is none."""
    for package in ("fastapi", "uvicorn", "sqlalchemy"):
        import_optional(package, package, f"pip install {package}")
    number = next(_NUMBERS)
    if store == "sqlite":
        return f"sqlite:///{folder}/assignments-{number}.db"
    if store == "postgresql":
        known = {**postgresql.address(), "dbname": postgresql.separate_connection(f"assignments_{number}").info.dbname}
        user = quote(known["user"]) + (f":{quote(known['password'])}" if known["password"] else "")
        return f"postgresql://{user}@{known['host']}:{known['port']}/{known['dbname']}"
    name = f"assignments_{os.getpid()}_{number}"
    client = mongodb(next(each for each in SERVERS if each == store)).client
    atexit.register(client.drop_database, name)
    if store == "named":
        return f"{os.environ['QLAUSE_MONGODB_URL'].rstrip('/')}/{name}"
    host, port = client.address
    return f"mongodb://{host}:{port}/{name}"


def open_store(url: str) -> Any:
    """The store of a URL, in this process."""
    store = import_optional("examples.contact_assignments_api.store", "the service", "pip install 'qlause[web]'")
    return store.open_store(url)


def seeded(url: str) -> str:
    """The URL, whose legal entities and customers are there now, for both tenants."""
    seed = import_optional("examples.contact_assignments_api.seed", "the service", "pip install 'qlause[web]'")
    store = open_store(url)
    for tenant in ("acme", "globex"):
        seed.seed(store, tenant)
    return url


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def body(self) -> Any:
        """The JSON of the body; None if there is none."""
        return json.loads(self.content) if self.content else None


@dataclass
class Service:
    """A running service."""

    port: int
    url: str = ""
    """Of its database."""
    process_id: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def call(
        self,
        method: str,
        target: str = "",
        body: Any = None,
        *,
        client: str | None = "acme-manager",
        headers: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        """Send a request; ``target`` is what follows the path of the list, or begins with /customer-management."""
        sent = {} if client is None else {"Authorization": f"Bearer {self.token(client)}"}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        path = target if target.startswith("/customer-management") else BASE + target
        return self.send(method, path, body, {**sent, **(headers or {})}, timeout)

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send a request as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def token(self, client: str, scope: str = "") -> str:
        """A token of a client."""
        if client not in self.tokens:
            answer = self.ask_token(client_id=client, **({"scope": scope} if scope else {}))
            assert answer.status == 200, answer.content
            self.tokens[client] = answer.body["access_token"]
        return self.tokens[client]

    def ask_token(self, **form: str) -> Answer:
        """Ask the token endpoint."""
        fields = {"grant_type": "client_credentials", "client_secret": "development-only", **form}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", "/oauth/token", urlencode(fields).encode(), headers, 30)


@contextmanager
def running(url: str, *options: str) -> Iterator[Service]:
    """Serve the database of a URL until the end of the block."""
    command = [sys.executable, "-m", "examples.contact_assignments_api", "--database", url, "--port", "0", *options]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True, cwd=_ROOT) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, f"the service does not start on {url}"
            yield Service(int(line.split("/docs")[0].rpartition(":")[2]), url, process.pid)
        finally:
            process.kill()
