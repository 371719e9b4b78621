"""Queries on ClickHouse, and settings of a session that change what expressions mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from engines.database import Database
from qlause import Query, sql

_HOSTILE: Final = {
    "session_timezone": "'America/New_York'",
    "transform_null_in": "1",
    "join_use_nulls": "1",
    "cast_keep_nullable": "1",
    "short_circuit_function_evaluation": "'disable'",
    "date_time_input_format": "'best_effort'",
    "output_format_json_quote_64bit_integers": "1",
    "output_format_json_quote_64bit_floats": "1",
    "output_format_json_escape_forward_slashes": "0",
    "input_format_json_read_numbers_as_strings": "0",
    "input_format_json_read_bools_as_numbers": "1",
    "input_format_json_defaults_for_missing_elements_in_named_tuple": "0",
    "validate_enum_literals_in_operators": "1",
    "prefer_column_name_to_alias": "1",
    "precise_float_parsing": "0",
    "optimize_functions_to_subcolumns": "0",
    "optimize_move_to_prewhere": "0",
}
"""Settings of a session or a profile that change what expressions mean elsewhere."""


@contextmanager
def hostile(engine: Database) -> Iterator[None]:
    for name, value in _HOSTILE.items():
        engine.execute(f"SET {name} = {value}", {})
    try:
        yield
    finally:
        for name in _HOSTILE:
            engine.execute(f"SET {name} = DEFAULT", {})


def ids(engine: Database, text: str | Query, table: str = "documents", **options: Any) -> list[int]:
    fragment = sql.where(text, "clickhouse", **options)
    rows = engine.execute(f"SELECT id FROM {table} o WHERE {fragment.text} ORDER BY id", fragment.params)
    return [int(row[0]) for row in rows]  # a setting puts quotes around numbers
