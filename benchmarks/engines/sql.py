"""The SQL that qlause writes beside SQL by hand for the same rows, on a million of them or more.

Each question is asked of columns and of values in JSON, with indexes. Both statements run in turns over one connection,
as a client sees them: by the clock, until the rows are there. The ids are compared first, and the plan of qlause's
statement tells which index it reads; where there is none for such a question, both read the whole table. ``engines``
starts the servers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from engines.database import Database
from engines.missing import NotInstalledError
from engines.sample_questions import Question, questions
from engines.sample_table import ENGINES, TABLE, fill, index_of
from engines.sql import database
from qlause import sql
from qlause.sql import DialectName

from ..measure import Row, lower_quartile, ratio, side_by_side
from ..sample import rounds_for, row_count, wanted

__all__ = ["run"]

_SELECT: Final = f"SELECT id FROM {TABLE} WHERE "


def run() -> list[Row]:
    """One row an engine and a question."""
    return [row for dialect in wanted(ENGINES) for row in _of_engine(dialect)]


def _of_engine(dialect: DialectName) -> Iterator[Row]:
    try:
        engine = database(dialect)
    except NotInstalledError as missing:
        for question in questions(dialect):
            yield _row(dialect, question, note=str(missing))
        return
    fill(engine, row_count())
    for question in questions(dialect):
        yield _of_question(engine, question)
    engine.execute(f"DROP TABLE {TABLE}", ())


def _of_question(engine: Database, question: Question) -> Row:
    fragment = sql.where(question.q, engine.dialect, schema=ENGINES[engine.dialect].schema)
    ours: tuple[str, Any] = (_SELECT + fragment.text, fragment.params)
    theirs: tuple[str, Any] = (_SELECT + question.by_hand, question.params)
    found = {row[0] for row in engine.execute(*ours)}
    assert found == {row[0] for row in engine.execute(*theirs)}, (ours, theirs)
    runs = {"qlause": partial(engine.execute, *ours), "by hand": partial(engine.execute, *theirs)}
    repeats = rounds_for(runs["by hand"])
    # A server now and then answers a tenth sooner than it mostly does, one statement as well as the other.
    taken = side_by_side(runs, repeats, at_least=0.0, clock=time.perf_counter, of=lower_quartile)
    index = index_of(engine, *ours)
    return _row(
        engine.dialect,
        question,
        len(found),
        index,
        round(taken["by hand"] * 1e3, 3),
        ratio(taken["qlause"], taken["by hand"]),
    )


def _row(
    dialect: DialectName,
    question: Question,
    rows: int | None = None,
    index: str = "",
    by_hand: float | None = None,
    qlause: float | None = None,
    note: str = "",
) -> Row:
    return {
        "engine": dialect,
        "of": question.place,
        "question": question.test,
        "reads": "table" if rows is not None and not index else "index",
        "index": index,
        "rows": rows,
        "ms by hand": by_hand,
        "qlause : by hand": qlause,
        "note": note,
    }
