"""Files behind endpoints: formats, schemas, ids, and what is kept for the next time."""

from __future__ import annotations

import gzip
import json
import re
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .conftest import File
from .process import CONTACTS, ORDERS, Serve, refusal

PEOPLE = [{"id": "a/b", "name": "Ann", "age": 30}, {"id": "é", "name": "Bob"}, {"id": "1", "name": None}]


def test_a_csv_is_an_endpoint(serve: Serve) -> None:
    server = serve(ORDERS)
    answer = server.get("/orders?q=qty:>=4 status:DONE&sort=price:desc&fields=id,price", {"X-Total-Count": "true"})
    assert answer.json == [{"id": 2, "price": 7.0}, {"id": 6, "price": 2.25}, {"id": 4, "price": 1.1}]
    assert answer.headers["x-total-count"] == "3"
    assert answer.headers["content-type"] == "application/json"
    assert server.get("/orders/3").json["customer"] == "Cem"
    assert server.get("/orders/3?fields=customer").json == {"customer": "Cem"}
    assert "createdAt" in server.errors
    assert "date-time" in server.errors


def test_localized_fields_are_inferred_and_asked_in_a_language(serve: Serve) -> None:
    server = serve(CONTACTS)
    found = server.get("/contact-assignments?q=legalEntity.customerGroups.name.fr:~groupe&fields=id").json
    assert len(found) == 2
    path = "/contact-assignments?q=legalEntity.customerGroups.name:~groupe&fields=id"
    assert server.get(path, {"Accept-Language": "fr"}).json == found
    assert server.get(path, {"Accept-Language": "en"}).json == []


@pytest.mark.parametrize("kind", ["json", "ndjson", "json.gz", "tsv"])
def test_every_format(serve: Serve, file: File, kind: str) -> None:
    rows = [{"id": number, "name": f"n{number}"} for number in range(40)]
    contents: dict[str, Any] = {
        "json": rows,
        "ndjson": "".join(json.dumps(row) + "\n" for row in rows),
        "json.gz": gzip.compress(json.dumps(rows).encode()),
        "tsv": "id\tname\n" + "".join(f"{row['id']}\t{row['name']}\n" for row in rows),
    }
    server = serve(file(f"My data.v2.{kind}", contents[kind]))
    assert server.get("/My-data-v2?q=id:7").json == [rows[7]]


def test_pages_follow_each_other(serve: Serve, file: File) -> None:
    server = serve(
        file("items.json", [{"id": number, "kind": number % 3} for number in range(25)]), "--page-size", "10"
    )
    target: str | None = "/items?sort=kind:desc"
    seen: list[int] = []
    while target is not None:
        answer = server.get(target)
        seen += [item["id"] for item in answer.json]
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers["link"])
        target = None if following is None else f"/items{following[1]}"
    assert seen == sorted(range(25), key=lambda number: (-(number % 3), -number))


@pytest.mark.parametrize("identifier", ["a%2Fb", "a/b", "%C3%A9", "1"])
def test_any_text_can_be_an_id(serve: Serve, file: File, identifier: str) -> None:
    server = serve(file("people.json", PEOPLE))
    assert server.get(f"/people/{identifier}").status == 200


def test_an_id_is_never_a_query(serve: Serve, file: File) -> None:
    server = serve(file("people.json", PEOPLE))
    for identifier in ("*", "~a", ">0", "a/b%22%20OR%20id:1", "exists", "null", "(1 OR 2)", "%00", "1%27--"):
        assert server.get(f"/people/{identifier}").status == 404, identifier
    assert server.get("/people/1?q=id:2").json["errors"][0]["code"] == "unknown_parameter"


def test_without_an_id_items_have_numbers(serve: Serve, file: File) -> None:
    server = serve(file("log.ndjson", '{"row": "x"}\n{"id": 1}\n{"id": 1}\n'))
    assert server.get("/log").json == [{"row": "x", "row_2": 1}, {"id": 1, "row_2": 2}, {"id": 1, "row_2": 3}]
    assert server.get("/log/2").json == {"id": 1, "row_2": 2}
    assert "the field row_2" in server.errors


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**30])
def test_a_number_that_sqlite_rounds_is_no_id(serve: Serve, file: File, number: int) -> None:
    documents = [{"id": number}, {"id": 2}]
    server = serve(file("big.json", documents))
    assert server.get("/big").json == [{**document, "row": row} for row, document in enumerate(documents, 1)]
    assert server.get("/big/2").json["id"] == 2
    assert "not every item of big" in refusal(file("big.json", documents), "--id", "id")


def test_a_schema_says_what_comes_out(serve: Serve, file: File) -> None:
    schema = {
        "properties": {
            "id": {"type": "string"},
            "name": {"type": ["string", "null"]},
            "age": {"type": "integer", "x-qlause": {"filterable": False, "sortable": False, "projectable": False}},
        }
    }
    server = serve(file("people.json", PEOPLE), "--schema", file("schema.json", schema))
    assert server.get("/people?sort=id").json == [
        {"id": "1", "name": None},
        {"id": "a/b", "name": "Ann"},
        {"id": "é", "name": "Bob"},
    ]
    for target in ("/people?q=age:30", "/people?sort=age", "/people?fields=age"):
        assert server.get(target).json["errors"][0]["code"] == "unknown_field", target
    for target in ("/openapi.json", "/_page/collections"):
        assert re.search(rb'[`"]age[`"]', server.get(target).body) is None, target


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_schema_is_read_in_any_encoding_of_json(serve: Serve, file: File, encoding: str) -> None:
    schema = json.dumps({"properties": {"id": {"type": "string"}, "été": {"type": "string"}}}, ensure_ascii=False)
    people = file("people.json", [{"id": "a", "été": "x", "other": 1}])
    server = serve(people, "--schema", file("schema.json", schema.encode(encoding)))
    assert server.get("/people?q=été:x").json == [{"id": "a", "été": "x"}]


def test_date_times_that_cannot_be_compared_by_time_are_told(serve: Serve, file: File) -> None:
    times = ["2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00", "2024-01-01T00:00Z"]
    documents = [{"id": number, "t": [{"at": text}], "u": times[0]} for number, text in enumerate(times)]
    name = file("events.json", documents)
    server = serve(name)
    assert "  t.at: compared as text" in server.errors
    assert "  u: " not in server.errors
    for number, text in enumerate(times):
        assert [item["id"] for item in server.get(f'/events?q=t.at:"{text.replace("+", "%2B")}"').json][-1:] == [number]
    assert len(server.get("/events?q=t.at:>=2023&fields=id").json) == 3
    assert len(server.get("/events?q=u:>=2023-01-01&fields=id").json) == 3
    at = {"type": "array", "items": {"properties": {"at": {"type": "string", "format": "date-time"}}}}
    schema = file("schema.json", {"properties": {"id": {"type": "integer"}, "t": at}})
    declared = serve(name, "--schema", schema)
    assert f"  t.at: no comparison finds 2 of its values, such as {times[1]}" in declared.errors


def test_a_field_can_be_hidden(serve: Serve, file: File) -> None:
    orders, people = file("orders.json", [{"id": 1, "pin": {"code": 5}}]), file("people.json", PEOPLE)
    server = serve(orders, people, "--hide", "orders=pin", "--hide", "people=age")
    assert server.get("/orders").json == [{"id": 1}]
    assert server.get("/orders?q=pin.code:5").status == 400
    assert server.get("/people?fields=age").status == 400
    assert "there are orders, people" in refusal(orders, people, "--hide", "pin")
    assert "there is no such field" in refusal(orders, "--hide", "pinn")


def test_a_database_is_kept_until_the_file_changes(serve: Serve, file: File, tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite"
    people = file("people.json", PEOPLE)
    first = serve(people, "--database", str(database))
    assert len(first.get("/people").json) == 3
    assert first.stop() == 0
    with sqlite3.connect(database) as connection:  # shows whether the file was read again
        connection.execute("""UPDATE data_people SET doc = '{"id": "kept"}' WHERE row = 1""")
    connection.close()
    kept = serve(people, "--database", str(database))
    assert kept.get("/people/kept").status == 200
    kept.stop()
    file("people.json", [*PEOPLE, {"id": "new"}])
    read_again = serve(people, "--database", str(database))
    assert read_again.get("/people/kept").status == 404
    assert read_again.get("/people/new").status == 200


def test_no_name_of_a_file_is_that_of_something_else_in_the_database(serve: Serve, file: File) -> None:
    names = ["s", "s_key", "s_KEY-key", "qlause_catalog", "data_s", "sqlite_master"]
    server = serve(*(file(f"{name}.json", [{"id": 1, "name": name}]) for name in names))
    for name in names:
        assert server.get(f"/{name}/1").json == {"id": 1, "name": name}


def test_a_kept_database_tells_names_apart_by_their_case(serve: Serve, file: File, tmp_path: Path) -> None:
    database = str(tmp_path / "kept.sqlite")
    files: dict[str, str] = {}
    for number, name in enumerate(("Orders", "orders", "ORDERS")):
        (tmp_path / str(number)).mkdir()
        files[name] = file(f"{number}/{name}.json", [{"id": 1, "name": name}])
    servers = {name: serve(files[name], "--database", database) for name in [*files, "Orders"]}
    for name, server in servers.items():
        assert server.get(f"/{name}/1").json == {"id": 1, "name": name}


def test_what_an_older_version_kept_is_filled_anew(serve: Serve, file: File, tmp_path: Path) -> None:
    database = tmp_path / "kept.sqlite"
    with sqlite3.connect(database) as connection:
        connection.executescript(
            """CREATE TABLE qlause_catalog (name TEXT PRIMARY KEY, signature TEXT, facts TEXT);
            INSERT INTO qlause_catalog VALUES ('s', '3:[]', '{}');
            CREATE TABLE data_s (row INTEGER PRIMARY KEY, doc TEXT NOT NULL);
            CREATE UNIQUE INDEX data_s_key ON data_s (doc);"""
        )
    connection.close()
    server = serve(file("s_key.json", [{"id": 1}]), "--database", str(database))
    assert server.get("/s_key/1").json == {"id": 1}
    with sqlite3.connect(database) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert tables == {"qlause_catalog", "data_s_key"}


@pytest.mark.parametrize("place", ["catalog", "documents", "half"])
def test_a_damaged_database_is_told_in_a_line(serve: Serve, file: File, tmp_path: Path, place: str) -> None:
    database = tmp_path / "kept.sqlite"
    people = file("people.json", PEOPLE * 1000)
    serve(people, "--database", str(database)).stop()
    content = bytearray(database.read_bytes())
    with sqlite3.connect(database) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'qlause_catalog'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    if place == "catalog":
        content[(page - 1) * size : page * size] = b"\xa5" * size
    elif place == "documents":
        content[page * size :] = b"\xa5" * (len(content) - page * size)
        file("people.json", PEOPLE)  # so that it is filled anew
    else:
        del content[len(content) // 2 :]
    database.write_bytes(content)
    message = refusal(people, "--database", str(database))
    assert str(database) in message
    assert len(message.splitlines()) == 1


def test_broken_lines_are_told_and_the_others_served(serve: Serve, file: File, tmp_path: Path) -> None:
    log = file("log.ndjson", '{"id": 1}\n{"id": \n{"id": 3}\n')
    database = str(tmp_path / "kept.sqlite")
    for _ in range(2):
        server = serve(log, "--database", database)
        assert [item["id"] for item in server.get("/log").json] == [1, 3]
        assert "1 could not be read" in server.errors
        server.stop()


def test_a_stopped_server_leaves_nothing_behind(serve: Serve, tmp_path: Path) -> None:
    server = serve(ORDERS)
    assert list((tmp_path / "temporary").glob("qlause-*"))
    assert server.stop() == 0
    assert not list((tmp_path / "temporary").glob("qlause-*"))


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
def test_the_end_of_a_terminal_stops_it_unless_that_is_ignored(serve: Serve, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which the process inherits
    try:
        server = serve(ORDERS)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        kept = serve(ORDERS)
    finally:
        signal.signal(signal.SIGHUP, before)
    folders = set((tmp_path / "temporary").glob("qlause-*"))
    server.process.send_signal(signal.SIGHUP)
    assert server.process.wait(30) == 0
    left = set((tmp_path / "temporary").glob("qlause-*"))
    assert (len(folders), len(left)) == (2, 1)
    kept.process.send_signal(signal.SIGHUP)
    assert kept.get("/orders/3").status == 200


def test_what_cannot_be_served_is_told_in_a_line(file: File, tmp_path: Path) -> None:
    orders = file("orders.json", [{"id": 1, "n": 1}, {"id": 2, "n": 1}])
    nested = file("nested.json", [{"a": {"b": 1}}])
    other_ids = file("schema.json", {"properties": {"n": {"type": "integer"}}})
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    cases: dict[tuple[str, ...], str] = {
        ("nothing.json",): "No such file",
        ("-",): "the standard input has no name",
        (orders, file("orders.csv", "id\n1\n")): "rename one",
        (orders, "--id", "n"): "not every item of orders has",
        (orders, "--id", "nope"): "there is no field nope in orders",
        (orders, "--id", "idd"): "there is no field idd in orders; did you mean id?",
        (orders, "--hide", "id"): "--hide id: the id of orders is in the address of each item; name another by --id",
        (nested, "--id", "a.b", "--hide", "a"): "--hide a: the id of nested is in the address",
        (orders, "--id", "n", "--schema", other_ids): "not every item of orders has",
        (orders, "--table", "orders"): "--table is for the URL",
        (orders, "--database", str(other)): "a database of something else",
        (orders, "--database", str(tmp_path / "no" / "folder")): "--database",
        (orders, "--host", "192.0.2.1"): "cannot listen on 192.0.2.1",
        (orders, "--schema", "missing.json"): "No such file",
        (file("broken.json", "{"),): "no document can be read",
    }
    for argv, expected in cases.items():
        message = refusal(*argv)
        assert expected in message, (argv, message)
        assert len(message.splitlines()) <= 2, message


def test_a_name_of_any_letters_is_that_of_the_endpoint(serve: Serve, file: File) -> None:
    names = {"Bücher (2024).json": "Bücher-2024", "日本.json": "日本", "e\u0301te\u0301.json": "été"}
    server = serve(*(file(name, [{"id": 1, "name": name}]) for name in names))
    for name, shown in names.items():
        assert server.get(f"/{shown}?q=id:1").json == [{"id": 1, "name": name}]
        assert server.get(f"/{shown}/1").json["name"] == name
        assert f"{server.url}/{shown}" in server.lines
        assert f"/{shown}" in server.get("/openapi.json").json["paths"]
