"""Tables behind endpoints, reached by the URL of a database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from engines import mariadb, mysql, mysql_protocol, postgresql
from qlause.server.collection import TimedOutError
from qlause.server.columns import columns_of, unique_column
from qlause.server.tables import Database

from ..web.proxy import Proxy
from .process import ORDERS as ORDERS_FILE
from .process import Serve, refusal

METADATA = sa.MetaData()
ORDERS = sa.Table(
    "serve_orders",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("placed", sa.DateTime),
    sa.Column("secret", sa.String(40)),
)
ROWS = [
    {"id": 1, "status": "OPEN", "price": Decimal("10.50"), "placed": datetime(2024, 1, 5, 9), "secret": "a"},
    {"id": 2, "status": "DONE", "price": Decimal(7), "placed": datetime(2024, 1, 6, 10, 30), "secret": "b"},
    {"id": 3, "status": "it's <b>\"", "price": None, "placed": None, "secret": None},
]


@pytest.fixture(params=["sqlite", "postgresql", "mariadb", "mysql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the table."""
    address = _address(request.param, tmp_path)
    engine = sa.create_engine(Database.driver_url(address))
    METADATA.drop_all(engine)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(ORDERS.insert(), ROWS)
    yield address
    METADATA.drop_all(engine)
    engine.dispose()


def _address(dialect: str, folder: Path) -> str:
    """The URL as a user writes it, without a driver."""
    if dialect == "sqlite":
        return f"sqlite:///{folder}/shop.db"
    if dialect == "postgresql":
        known = postgresql.address()
        known["database"] = known.pop("dbname")
    else:
        known = mysql_protocol.address({"mariadb": mariadb, "mysql": mysql}[dialect].server())
    names = {"user": "username"}
    url = sa.URL.create(dialect, **{names.get(name, name): value for name, value in known.items()})
    return url.render_as_string(hide_password=False)


def test_a_table_is_an_endpoint(serve: Serve, url: str) -> None:
    server = serve(url, "--table", "serve_orders", "--hide", "secret")
    first = {"id": 1, "status": "OPEN", "price": 10.5, "placed": "2024-01-05T09:00:00Z"}
    assert server.get("/serve_orders/1").json == first
    assert server.get("/serve_orders?q=placed:<2024-01-06").json == [first]
    answer = server.get("/serve_orders?sort=price:desc&fields=id&pageSize=2", {"X-Total-Count": "true"})
    assert answer.json == [{"id": 1}, {"id": 2}]
    assert answer.headers["x-total-count"] == "3"
    following = answer.headers["link"].split('>; rel="next"')[0].rpartition("<")[2]
    assert server.get(f"/serve_orders{following}").json == [{"id": 3}]
    assert server.get('/serve_orders?q=status:~"<b>"').json[0]["status"] == "it's <b>\""
    for target in ("?q=secret:a", "?sort=secret", "?fields=secret"):
        assert server.get(f"/serve_orders{target}").status == 400
    assert b"secret" not in server.get("/openapi.json").body
    assert "SELECT" in server.get("/_page/meaning/serve_orders?q=id:1").json["sql"][0]
    assert not any("secret" in line for line in server.get("/_page/meaning/serve_orders").json["sql"])
    assert "password" not in server.errors


def test_the_sql_that_is_shown_is_that_of_the_page(serve: Serve, url: str) -> None:
    server = serve(url, "--table", "serve_orders")

    def shown(query: str) -> tuple[str, list[str]]:
        meaning = server.get(f"/_page/meaning/serve_orders{query}").json
        return " ".join(meaning["sql"]), [text.partition(" = ")[2] for text in meaning["parameters"]]

    first = "?sort=price:desc&pageSize=1"
    following = server.get(f"/serve_orders{first}").headers["link"].split('>; rel="next"')[0].rpartition("<")[2]
    second = server.get(f"/serve_orders{following}")
    previous = second.headers["link"].split('>; rel="prev"')[0].rpartition("<")[2]
    assert (second.json[0]["id"], server.get(f"/serve_orders{previous}").json[0]["id"]) == (2, 1)
    text, parameters = shown(first)
    assert "10.5" not in str(parameters)
    after, after_parameters = shown(following)
    assert "10.5" in str(after_parameters)
    before, before_parameters = shown(previous)
    assert "7" in str(before_parameters)
    orders = [each.partition("ORDER BY")[2].partition("LIMIT")[0] for each in (text, after, before)]
    assert orders[0] == orders[1] != orders[2]
    assert shown(f"{first}&pageNumber=3")[1].count("2") == parameters.count("2") + 1, "the offset"


def test_hostile_texts_find_their_rows_only(serve: Serve, url: str) -> None:
    server = serve(url, "--table", "serve_orders")
    for text in ("'; DROP TABLE serve_orders; --", '" OR 1=1', "%", "_", "\\", "*"):
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%25").replace(";", "%3B")
        assert server.get(f'/serve_orders?q=status:"{quoted}"').json == [], text
    assert len(server.get("/serve_orders").json) == 3


def test_the_sessions_are_read_only(url: str) -> None:
    database = Database(url, 5)
    with database.connection() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(ORDERS.delete())
    with database.connection() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ORDERS)).scalar_one() == 3
    database.engine.dispose()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_large_conditions_are_not_compiled_to_machine_code(url: str) -> None:
    database = Database(url, 5)
    with database.connection() as connection:
        assert connection.execute(sa.text("SHOW jit")).scalar_one() == "off"
    database.engine.dispose()


def test_statements_end_in_time(url: str) -> None:
    database = Database(url, 0.2)
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
        "postgresql": "SELECT pg_sleep(20)",
        "mariadb": "SELECT SLEEP(20)",
        # SLEEP would end early without an error.
        "mysql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
        " SELECT COUNT(*) FROM n a, n b, n c, n d",
    }
    with pytest.raises(TimedOutError), database.connection() as connection:
        connection.execute(sa.text(slow[database.engine.dialect.name]))
    with database.connection() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar_one() == 1
    database.engine.dispose()


@pytest.mark.parametrize("url", ["postgresql", "mariadb", "mysql"], indirect=True)
def test_a_database_that_is_gone_is_told_until_it_is_back(serve: Serve, url: str) -> None:
    port = sa.make_url(url).port
    assert port is not None
    proxy = Proxy(port)
    through = sa.make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
    try:
        server = serve(through, "--table", "serve_orders")
        before = server.get("/serve_orders").json
        proxy.cut()
        for target in ("/serve_orders", "/serve_orders/1", "/serve_orders?q=status:OPEN"):
            answer = server.get(target)
            assert (answer.status, answer.json["detail"]) == (503, "the database does not answer; try again later")
        assert server.get("/serve_orders?q=nope:1").status == 400  # what needs no database is answered
        proxy.mend()
        assert server.get("/serve_orders").json == before
    finally:
        proxy.stop()
    assert "the database does not answer: " in server.errors
    assert "Traceback" not in server.errors


def test_a_locked_file_is_told_until_it_is_free(serve: Serve, tmp_path: Path) -> None:
    shop, kept = tmp_path / "shop.db", tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(shop)) as connection:
        connection.executescript("CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (1)")
    server = serve(f"sqlite:///{shop}", ORDERS_FILE, "--database", str(kept), "--seconds", "0.5")
    targets = ("/a", "/a/1", "/orders")
    before = [server.get(target).body for target in targets]
    with closing(sqlite3.connect(shop)) as first, closing(sqlite3.connect(kept)) as second:
        first.execute("BEGIN EXCLUSIVE")
        second.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        for target in targets:
            answer = server.get(target)
            assert (answer.status, answer.json["detail"]) == (503, "the database does not answer; try again later")
        assert time.monotonic() - began < 4
    assert [server.get(target).body for target in targets] == before
    assert "Traceback" not in server.errors


def test_text_that_is_not_utf_8_is_told(serve: Serve, tmp_path: Path) -> None:
    shop = tmp_path / "shop.db"
    with closing(sqlite3.connect(shop)) as connection:
        connection.executescript(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT);"
            "INSERT INTO a VALUES (1, 'x'), (2, CAST(x'ff41' AS TEXT))"
        )
    server = serve(f"sqlite:///{shop}")
    detail = "a row has text that is not UTF-8; the server's log names the column, leave it out by fields"
    for target in ("/a", "/a/2", "/a?sort=name"):
        answer = server.get(target)
        assert (answer.status, answer.json["detail"]) == (500, detail)
    assert server.get("/a?q=id:1").json == [{"id": 1, "name": "x"}]
    assert server.get("/a?fields=id").json == [{"id": 1}, {"id": 2}]
    assert "Could not decode to UTF-8 column 'name'" in server.errors
    assert "Traceback" not in server.errors


def test_all_tables_are_served_that_have_a_key(serve: Serve, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO a VALUES (1, 'x');"
            "CREATE TABLE b (code TEXT PRIMARY KEY); INSERT INTO b VALUES ('k/1');"
            "CREATE TABLE pairs (x INT, y INT, PRIMARY KEY (x, y)); CREATE TABLE loose (n INT);"
            "INSERT INTO loose VALUES (5); CREATE VIEW v AS SELECT * FROM a;"
        )
    url = f"sqlite:///{tmp_path}/shop.db"
    server = serve(url)
    assert server.get("/a/1").json == {"id": 1, "name": "x"}
    assert server.get("/b/k/1").json == {"code": "k/1"}
    assert server.get("/pairs").status == 404
    assert "pairs is left out" in server.errors
    assert "loose is left out" in server.errors
    named = serve(url, "--table", "v", "--table", "loose", "--id", "v=id", "--id", "loose=n")
    assert named.get("/v/1").json == {"id": 1, "name": "x"}
    assert named.get("/loose/5").json == {"n": 5}
    assert "has no primary key" in refusal(url, "--table", "loose")
    assert "several columns (x, y)" in refusal(url, "--table", "pairs")
    assert "has no table aa; did you mean a?" in refusal(url, "--table", "aa")


def test_an_id_tells_the_rows_apart(serve: Serve, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            "CREATE TABLE good (k TEXT PRIMARY KEY); INSERT INTO good VALUES ('x'), ('y');"
            "CREATE TABLE nulls (k TEXT PRIMARY KEY); INSERT INTO nulls VALUES (NULL), (NULL), ('x');"
            "CREATE TABLE dup (id INTEGER PRIMARY KEY, a INT, b TEXT NOT NULL UNIQUE, c INT);"
            "CREATE UNIQUE INDEX some ON dup (c) WHERE c > 1;"
            "INSERT INTO dup VALUES (1, 1, 'p', 1), (2, 1, 'q', 1);"
        )
    url = f"sqlite:///{tmp_path}/shop.db"
    server = serve(url)
    assert len(server.get("/good").json) == len(server.get("/dup").json) == 2
    assert server.get("/nulls").status == 404
    message = "the column k of nulls does not tell its rows apart: name another by --id nulls=COLUMN"
    assert f"nulls is left out: {message}" in server.errors
    assert message in refusal(url, "--table", "nulls")
    for column in ("a", "c"):
        assert f"the column {column} of dup does not tell" in refusal(url, "--id", f"dup={column}")
    assert "--hide id: the id of dup is in the address" in refusal(url, "--table", "dup", "--hide", "id")
    assert serve(url, "--table", "dup", "--id", "b").get("/dup/q").json["id"] == 2


def test_what_is_unique_by_its_declaration_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT NOT NULL UNIQUE, b INT NOT NULL);"
            "CREATE UNIQUE INDEX i ON t (b);"
            "CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE p (k INT PRIMARY KEY)"
        )
    database = Database(f"sqlite:///{tmp_path}/shop.db", 5)
    asked: list[str] = []

    def tells_apart(column: sa.Column[object]) -> bool:
        asked.append(str(column))
        return True

    monkeypatch.setattr(database, "tells_apart", tells_apart)
    for table, columns in {"t": (None, "a", "b"), "w": (None,), "p": (None,)}.items():
        for column in columns:
            reflected = database.table(table)
            unique_column(database, reflected, columns_of(database, reflected), column)
    assert asked == ["p.k"]
    database.engine.dispose()


def test_one_odd_table_or_column_does_not_stop_the_others(serve: Serve, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            'CREATE TABLE good (id INTEGER PRIMARY KEY, name TEXT, photo BLOB, "1" TEXT, "x y" TEXT);'
            "INSERT INTO good VALUES (1, 'x', x'00', 'one', 'two');"
            'CREATE TABLE blobs (k BLOB PRIMARY KEY); CREATE TABLE digits ("1" INTEGER PRIMARY KEY, name TEXT);'
            'CREATE TABLE "€" (id INTEGER PRIMARY KEY); CREATE TABLE "a b" (id INTEGER PRIMARY KEY);'
            'CREATE TABLE "a-b" (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id, id + 1 AS next FROM good;'
            "CREATE TABLE blank (\"k k\" TEXT PRIMARY KEY, n INT); INSERT INTO blank VALUES ('p', 1), ('q', 2);"
            'CREATE TABLE blank_name (id INTEGER PRIMARY KEY, "" TEXT);'
            "CREATE TABLE keyed (k BLOB PRIMARY KEY, id INT); INSERT INTO keyed VALUES (x'01', 1), (x'02', 2);"
        )
    url = f"sqlite:///{tmp_path}/shop.db"
    server = serve(url, "--id", "keyed=id")
    assert server.get("/good").json == [{"id": 1, "name": "x", "x y": "two"}]
    assert server.get("/blank?sort=n:desc").json == [{"k k": "q", "n": 2}, {"k k": "p", "n": 1}]
    assert server.get("/blank/q").json == {"k k": "q", "n": 2}
    assert server.get("/keyed/2").json == {"id": 2}
    assert "good: the table good\n  left out, because no query can use them: 1, photo\n" in server.errors
    assert "blank_name is left out: " in server.errors
    assert "digits is left out: the column 1 of digits has a name that no query can write" in server.errors
    assert "€ is left out: €: no name of an endpoint" in server.errors
    assert "a-b is left out: the table a b and the table a-b would both be /a-b" in server.errors
    assert "  left out, because no query can use them: next" in serve(url, "--table", "v", "--id", "id").errors
    message = "the column k of keyed has a type that cannot be filtered: name another by --id keyed=COLUMN"
    assert message in refusal(url, "--table", "keyed")
    assert "no query can use its columns" in refusal(url, "--table", "blobs")


ODD_VALUES = {
    "DATE": "5",
    "DATETIME": "''",
    "TIME": "'noon'",
    "DECIMAL(10, 2)": "'much'",
    "JSON": "'{bad'",
    "TIMESTAMP": "CAST(x'ff' AS TEXT)",
}


@pytest.mark.parametrize("kind", list(ODD_VALUES))
def test_a_column_of_other_values_than_its_type_is_left_out(serve: Serve, tmp_path: Path, kind: str) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.executescript(
            f"CREATE TABLE t (id INTEGER PRIMARY KEY, odd {kind}, even {kind});"
            f"INSERT INTO t VALUES (1, NULL, NULL), (2, {ODD_VALUES[kind]}, NULL);"
        )
    url = f"sqlite:///{tmp_path}/shop.db"
    server = serve(url)
    assert server.get("/t").json == [{"id": 1, "even": None}, {"id": 2, "even": None}]
    assert server.get("/t?q=odd:exists").status == 400
    assert f"  left out, because it holds other values than its type {kind}: odd\n" in server.errors


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///no/such/file.db", "cannot be reached"),
        ("sqlite://", "names a file"),
        ("oracle://host/x", "no support for oracle"),
        ("postgresql://ann:hunter2@127.0.0.1:1/shop", "cannot be reached"),
        ("mariadb://ann:hunter2@127.0.0.1:1/shop", "cannot be reached"),
        ("postgresql://", ""),
        ("://", ""),
    ],
)
def test_a_database_that_is_not_there_is_told_in_a_line(url: str, expected: str) -> None:
    message = refusal(url)
    assert expected in message
    assert "hunter2" not in message
    assert len(message.splitlines()) == 1
