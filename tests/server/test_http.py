"""What is true of every answer: read-only, closed to other sites, limited."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from .conftest import File
from .process import ORDERS, Serve, Server, refusal


@pytest.mark.parametrize("target", ["/", "/orders", "/orders/1", "/openapi.json", "/_page/collections", "/none"])
def test_no_answer_lets_a_browser_load_anything_from_elsewhere(orders_server: Server, target: str) -> None:
    answer = orders_server.get(target)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) <= {"'none'", "'self'"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers


def test_it_only_reads(orders_server: Server) -> None:
    server = orders_server
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for target in ("/orders", "/orders/1", "/", "/openapi.json"):
            answer = server.get(target, method=method)
            assert answer.status == 405, (method, target)
            assert answer.json["status"] == 405
    assert server.get("/orders", method="HEAD").status == 200


def test_other_names_are_refused_on_loopback(orders_server: Server) -> None:
    server = orders_server
    port = urlsplit(server.url).port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", "LOCALHOST", f"[::1]:{port}"):
        assert server.get("/orders", {"Host": host}).status == 200, host
    for host in ("evil.example", f"evil.example:{port}", "localhost.evil.example", "", "127.0.0.1.evil.example"):
        assert server.get("/orders", {"Host": host}).status == 400, host


def test_another_host_is_said_to_be_open(serve: Serve) -> None:
    server = serve(ORDERS, "--host", "0.0.0.0")  # noqa: S104  # what it says then
    assert "open to everybody who can reach 0.0.0.0" in server.errors


def test_a_port_in_use_is_told(orders_server: Server) -> None:
    assert "open to" not in orders_server.errors
    port = str(urlsplit(orders_server.url).port)
    assert "--port" in refusal(ORDERS, "--port", port)


@pytest.mark.parametrize("host", ["", "no such host", "localhost:8000", "a..b", "a" * 80, "a." * 400, "a\nb", "\udcff"])
def test_a_host_that_is_none_is_told_in_a_line(host: str) -> None:
    message = refusal(ORDERS, "--host", host)
    assert message.startswith("qlause: cannot listen on ")
    assert message.endswith("--host takes a name or an address, such as 127.0.0.1, and --port the port\n")
    assert message.count("\n") == 1
    assert len(message) < 300


def test_refused_requests_say_why(orders_server: Server) -> None:
    server = orders_server
    answer = server.get("/orders?q=statu:OPEN&sort=qty:dsc&pagesize=1")
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["parameter"] for error in answer.json["errors"]} == {"q", "sort", "pagesize"}
    assert server.get("/order").json["detail"] == "there is nothing here; there are /orders"
    assert server.get("/orders/999").status == 404
    assert server.get("/orders/x").status == 404
    assert server.get("/orders?pageSize=101").status == 400


def test_the_limits_are_those_of_a_public_endpoint(orders_server: Server) -> None:
    server = orders_server
    long = " OR ".join(f"id:>{number}" for number in range(200))
    assert server.get(f"/orders?q={long}".replace(" ", "%20")).json["errors"][0]["code"].startswith("limit_")
    assert server.get("/orders?q=customer:~" + "x" * 5000).json["errors"][0]["code"] == "limit_length"


def test_a_request_ends_in_time(serve: Serve, file: File) -> None:
    texts = [{"id": number, "text": f"{number} " + "x" * 2000} for number in range(30_000)]
    lines = "".join(json.dumps(each) + "\n" for each in texts)
    server = serve(file("texts.ndjson", lines), "--seconds", "0.01")
    query = " OR ".join(f"text:~y{number}" for number in range(20))
    answer = server.get(f"/texts?q={query}".replace(" ", "%20"))
    assert answer.status == 503
    assert answer.json["detail"].startswith("the request took too long")
    assert server.get("/texts/7").status == 200


def test_a_malformed_request_does_not_stop_it(orders_server: Server) -> None:
    server = orders_server
    address = urlsplit(server.url)
    for raw in (
        b"\0\0\r\n\r\n",
        b"GET /orders HTTP/1.1\r\n\r\n",
        b"GET /" + b"x" * 100_000,
        b"GET /%ff%fe HTTP/1.1\r\n",
    ):
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(raw)
    assert server.get("/orders?q=%FF").status == 400
    assert server.get("/orders/%FF").status == 404
    assert server.get("/orders").status == 200
    assert "Traceback" not in server.errors


def test_openapi_describes_each_endpoint(serve: Serve, file: File) -> None:
    server = serve(ORDERS, file("log.ndjson", '{"a": 1}\n'))
    document = server.get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert list(document["paths"]) == ["/orders", "/orders/{id}", "/log", "/log/{id}"]
    parameters = {each["name"]: each for each in document["paths"]["/orders/{id}"]["get"]["parameters"]}
    assert parameters["id"]["schema"] == {"type": "integer"}
    assert parameters.keys() == {"id", "fields"}
    listed = {each["name"] for each in document["paths"]["/orders"]["get"]["parameters"]}
    assert {"q", "sort", "fields", "pageNumber", "pageSize", "after", "before", "X-Total-Count"} == listed
    assert set(document["paths"]["/orders"]["get"]["responses"]) == {"200", "400", "503"}


def test_the_page_is_told_the_fields_and_what_a_query_means(orders_server: Server) -> None:
    server = orders_server
    (collection,) = server.get("/_page/collections").json
    fields = {field["path"]: field for field in collection["fields"]}
    assert fields["createdAt"]["type"] == "date-time"
    meaning = server.get("/_page/meaning/orders?q=status:OPEN&sort=qty").json
    assert "OPEN" in meaning["selects"][0]
    assert meaning["sql"][0].startswith("SELECT")
    assert "'OPEN'" in meaning["parameters"]
    assert server.get("/_page/meaning/none").status == 404
    assert server.get("/_page/meaning/orders?q=x:1").status == 400
    assert server.get("/_page/..%2Fapp.py").status == 404
