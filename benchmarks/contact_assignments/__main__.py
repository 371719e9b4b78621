"""Serves the data twice, asks both in turns, and prints what they answer in a second."""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from rich.console import Console
from rich.table import Table

from .serving import fill, serving

_PATH: Final = "/customer-management/acme/contact-assignments"
_TOTAL: Final = {"X-Total-Count": "true"}
REQUESTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "a page of 16": ("", {}),
    "a page of 16, by type, sorted": ("?type=BILLING&sort=metadata.createdAt:desc", {}),
    "a page of 16 and the total": ("?type=BILLING&primary=true", _TOTAL),
    "a page of 100": ("?pageSize=100", {}),
}
_CLIENTS: Final = 4


class _Client:
    """Asks one service again and again, over one connection a thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        form = {"grant_type": "client_credentials", "client_id": "acme-reader", "client_secret": "development-only"}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/oauth/token", urlencode(form), kind)
        token = json.loads(connection.getresponse().read())["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        connection.close()

    def ask(self, target: str, headers: Mapping[str, str]) -> Any:
        """The items of one answer, in the order of their keys, and the total."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        found, total = self._ask(connection, target, headers)
        connection.close()
        return json.loads(found), total

    def a_second(self, target: str, headers: Mapping[str, str], seconds: float) -> float:
        """How many requests are answered in a second."""
        counts: list[int] = []
        begin = time.perf_counter()

        def run() -> None:
            connection, count = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30), 0
            while not count or time.perf_counter() - begin < seconds:
                self._ask(connection, target, headers)
                count += 1
            connection.close()
            counts.append(count)

        threads = [threading.Thread(target=run) for _ in range(_CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - begin)

    def _ask(
        self, connection: http.client.HTTPConnection, target: str, headers: Mapping[str, str]
    ) -> tuple[bytes, str | None]:
        connection.request("GET", _PATH + target, headers={**self._headers, **headers})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ConnectionError(f"{target}: {answer.status} {body[:200]!r}")
        return body, answer.headers["X-Total-Count"]


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contact_assignments", description=__doc__)
    parser.add_argument("--assignments", type=int, default=2_000, metavar="N", help="how many there are (%(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of each service and request (%(default)s)")
    options = parser.parse_args()
    table = Table("request", "qlause, a second", "by hand, a second", "ratio", title="requests answered in a second")
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/assignments.db"
        fill(f"sqlite:///{file}", options.assignments)
        with serving("qlause", file) as port, serving("by hand", file) as other:
            clients = {"qlause": _Client(port), "by hand": _Client(other)}
            for name, (target, headers) in REQUESTS.items():
                first, second = (client.ask(target, headers) for client in clients.values())
                if first != second:
                    raise ValueError(f"{name}: the two answer differently")
                rates: dict[str, list[float]] = {which: [] for which in clients}
                for _ in range(options.rounds):
                    for which, client in clients.items():
                        rates[which].append(client.a_second(target, headers, options.seconds))
                ours, theirs = (statistics.median(rates[which]) for which in clients)
                table.add_row(name, f"{ours:,.0f}", f"{theirs:,.0f}", f"{ours / theirs:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
