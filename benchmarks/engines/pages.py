"""Pages of a sample table: the statements of a listing beside SQL by hand for the same rows.

A page follows the row that lies as deep as the table says. By hand it is found by its values too, as one would write it
for the engine; ``OFFSET`` is the same page by its number. The totals count all rows that a condition selects. The
statements run in turns over one connection, by the clock, and give the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from engines.database import Database
from engines.missing import NotInstalledError
from engines.sample_table import ENGINES, TABLE, fill, index_of
from engines.sql import database
from qlause import Cursor, Listing, Schema, sql
from qlause.sql import DialectName

from ..measure import Row, lower_quartile, ratio, side_by_side
from ..sample import rounds_for, row_count, wanted

__all__ = ["run"]

_ENGINES: Final[tuple[DialectName, ...]] = ("sqlite", "postgresql")
_DEPTHS: Final = (0, 1_000, 1_000_000)
_SIZE: Final = 20
_SECRET: Final = b"what signs the cursors of the benchmark"
_COLUMNS: Final = {"id": "id", "at": "made_at", "qty": "qty", "code": "code"}


class _Condition(NamedTuple):
    q: str
    by_hand: str
    params: tuple[Any, ...] = ()


_ALL: Final = _Condition("", "1 = 1")
_FEW: Final = _Condition("code:C10007919", "code = {0}", ("C10007919",))
_SOME: Final = _Condition("qty:(>=11900 AND <12000)", "qty >= {0} AND qty < {0}", (11900, 12000))
_MANY: Final = _Condition("qty:>=50000", "qty >= {0}", (50000,))
_PAGES: Final = (
    ("at:desc,id:desc", _ALL),
    ("at:desc,id", _ALL),
    ("qty,id", _ALL),
    ("code,id", _ALL),
    ("at:desc,id:desc", _FEW),
    ("at:desc,id:desc", _MANY),
)
_TOTALS: Final = (_FEW, _SOME, _MANY, _ALL)


def run() -> list[Row]:
    """One row an engine, a sort, a condition and a depth, and for each total."""
    return [row for dialect in wanted(_ENGINES) for row in _of_engine(dialect)]


def _of_engine(dialect: DialectName) -> Iterator[Row]:
    try:
        engine = database(dialect)
    except NotInstalledError as missing:
        yield _row(dialect, note=str(missing))
        return
    declared = {"id": {"type": "integer", "column": "id"}, **ENGINES[dialect].declared}
    schema = Schema({name: {**declared[name], "nullable": False} for name in _COLUMNS})
    fill(engine, row_count(), schema)
    for name, column in _COLUMNS.items():
        if name != "id":
            engine.execute(f"CREATE INDEX page_{column} ON {TABLE} ({column}, id)", ())
    listing = Listing(schema, cursor_secret=_SECRET, page_size=_SIZE, total="always")
    for sort, condition in _PAGES:
        for depth in _DEPTHS:
            yield from _of_page(engine, listing, sort, condition, depth)
    for condition in _TOTALS:
        ours = sql.statements(listing.read({"q": condition.q}), TABLE, dialect).total
        assert ours is not None
        by_hand = f"SELECT COUNT(*) FROM {TABLE} WHERE {condition.by_hand}"
        yield _timed(engine, ("total", condition.q), ours, (by_hand, condition.params))
    engine.execute(f"DROP TABLE {TABLE}", ())


def _of_page(engine: Database, listing: Listing, sort: str, condition: _Condition, depth: int) -> Iterator[Row]:
    """A row, if there are so many rows."""
    keys = [(_COLUMNS[each.partition(":")[0]], each.endswith(":desc")) for each in sort.split(",")]
    order = ", ".join(f"{name} DESC" if descending else name for name, descending in keys)
    select = f"SELECT {', '.join(name for name, _ in keys)} FROM {TABLE} WHERE {condition.by_hand}"
    parameters = {"q": condition.q, "sort": sort, "fields": "id"}
    by_hand, params, by_number = select, condition.params, None
    if depth:
        ordered = f"{select} ORDER BY {order}"
        before = engine.execute(_marked(engine, f"{ordered} LIMIT 1 OFFSET {depth - 1}"), params)
        if not before:
            return
        last = dict(zip((name for name, _ in keys), before[0], strict=True))
        context = listing.read(parameters).cursor_context
        parameters["after"] = Cursor.of_row(sort, last, schema=listing.schema).encode(_SECRET, context=context)
        text, values = _seek(keys, last)
        by_number = (f"{ordered} LIMIT {_SIZE + 1} OFFSET {depth}", params)
        by_hand, params = f"{select} AND {text}", (*params, *values)
    ours = sql.statements(listing.read(parameters), TABLE, engine.dialect).rows
    by_hand = f"{by_hand} ORDER BY {order} LIMIT {_SIZE + 1}"
    yield _timed(engine, (sort, condition.q, depth), ours, (by_hand, params), by_number)


def _seek(keys: list[tuple[str, bool]], last: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """What selects the rows after a row, by hand."""
    (first, first_descends), (second, second_descends) = keys
    sign, second_sign = ("<" if descends else ">" for descends in (first_descends, second_descends))
    if first_descends == second_descends:
        return f"({first}, {second}) {sign} ({{0}}, {{0}})", (last[first], last[second])
    text = f"{first} {sign}= {{0}} AND ({first} {sign} {{0}} OR {second} {second_sign} {{0}})"
    return text, (last[first], last[first], last[second])


def _marked(engine: Database, text: str) -> str:
    return text.format("?" if engine.dialect == "sqlite" else "%s")


def _timed(
    engine: Database,
    asked: tuple[Any, ...],
    ours: sql.Fragment,
    by_hand: tuple[str, Any],
    by_number: tuple[str, Any] | None = None,
) -> Row:
    def run(text: str, params: Any) -> list[tuple[Any, ...]]:
        return engine.execute(_marked(engine, text), params)

    runs = {"qlause": partial(engine.execute, ours.text, ours.params), "by hand": partial(run, *by_hand)}
    # By itself, as it leaves nothing of what the others read in a cache.
    skipping = {} if by_number is None else {"OFFSET": partial(run, *by_number)}
    found = {name: list(map(set, once())) for name, once in (runs | skipping).items()}  # columns in any order
    assert all(rows == found["by hand"] for rows in found.values()), (ours, by_hand)
    taken = _seconds(runs) | _seconds(skipping)
    return _row(
        engine.dialect,
        *asked,
        index=index_of(engine, ours.text, ours.params),
        by_hand=round(taken["by hand"] * 1e3, 3),
        qlause=ratio(taken["qlause"], taken["by hand"]),
        by_number=ratio(taken["OFFSET"], taken["by hand"]) if by_number else None,
    )


def _seconds(runs: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of one call of each, in turns."""
    repeats = min(map(rounds_for, runs.values()), default=0)
    return side_by_side(runs, repeats, at_least=0.0, clock=time.perf_counter, of=lower_quartile)


def _row(
    dialect: DialectName,
    sort: str = "",
    q: str = "",
    depth: int | None = None,
    *,
    index: str = "",
    by_hand: float | None = None,
    qlause: float | None = None,
    by_number: float | None = None,
    note: str = "",
) -> Row:
    return {
        "engine": dialect,
        "sort": sort,
        "q": q,
        "after row": "" if depth is None else f"{depth:,}",
        "index": index,
        "ms by hand": by_hand,
        "qlause : by hand": qlause,
        "OFFSET : by hand": by_number,
        "note": note,
    }
