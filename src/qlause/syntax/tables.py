"""The LALR tables of ``grammar/q.lark``, as data. The only module that knows lark.

Lark makes them of the grammar, which takes many times what reading them takes. So a wheel holds them beside the
grammar: its build makes them (``hatch_build.py``). A checkout has no such file. There they are made when they are first
needed, and kept as Python keeps what it compiles: in ``__pycache__``, until the grammar or this module is another one,
and not where Python is told to write nothing there.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final, TypedDict
from zlib import crc32

__all__ = ["STARTS", "Tables", "grammar_text", "load", "make"]

STARTS: Final = ("query", "sort", "fields")
"""The start rules: one for each language."""
_SPEC: Final[Any] = __spec__  # of this module, which comes from a file
_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))
_GRAMMARS: Final = (
    os.path.join(_PACKAGE, "grammar"),
    os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "grammar"),
)
"""Where the grammar is: in an installed package, and in a checkout."""


class Tables(TypedDict):
    """What lark makes of the grammar. A state and a rule are numbers: their places in their lists."""

    terminals: dict[str, str]
    """The regular expression of each terminal, in the order in which a lexer tries them."""
    rules: list[list[Any]]
    """What a rule makes, of how many parts, and its alias."""
    states: list[dict[str, int]]
    """By terminal and by rule name, what a state does: it goes to a state n, or it reduces a rule n, written as ~n."""
    starts: dict[str, int]
    ends: dict[str, int]
    """The state of each start rule before anything is read, and once it is whole."""


def grammar_text() -> str:
    """The text of ``grammar/q.lark``: beside the package's modules in a wheel, beside ``src`` in a checkout."""
    return _grammar().decode()


def load() -> Tables:
    """The tables: those of the wheel, those that were kept, or else new ones."""
    found: Tables
    try:
        found = json.loads(_read(_GRAMMARS[0], "q.json"))
    except OSError:
        found = _kept()
    return found


def make(grammar: str) -> Tables:
    """The tables, from lark's serialization; states are numbered as they are reached: all runs make the same."""
    import lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    compiled = lark.Lark(grammar, parser="lalr", start=list(STARTS))
    data, memo = compiled.memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    rules = {key: entry for key, entry in memo.items() if entry["__type__"] == "Rule"}
    rows: dict[int, dict[str, tuple[bool, Any]]] = {
        state: dict(sorted((table["tokens"][token], action) for token, action in row.items()))
        for state, row in table["states"].items()
    }
    reached = [table["start_states"][start] for start in STARTS]
    for state in reached:  # grows meanwhile
        targets = (target for is_reduce, target in rows[state].values() if not is_reduce)
        reached += dict.fromkeys(target for target in targets if target not in reached)
    state_numbers = {state: number for number, state in enumerate(reached)}
    rule_numbers = {key: number for number, key in enumerate(rules)}
    # Higher priority first; of the same, what lark's own lexer would try first makes no difference to this grammar.
    terminals = sorted(compiled.terminals, key=lambda terminal: -terminal.priority)
    return {
        "terminals": {terminal.name: terminal.pattern.to_regexp() for terminal in terminals},
        "rules": [[rule["origin"]["name"], len(rule["expansion"]), rule["alias"]] for rule in rules.values()],
        "states": [
            {
                symbol: ~rule_numbers[argument["@"]] if is_reduce else state_numbers[argument]
                for symbol, (is_reduce, argument) in rows[state].items()
            }
            for state in reached
        ],
        "starts": {start: state_numbers[table["start_states"][start]] for start in STARTS},
        "ends": {start: state_numbers[table["end_states"][start]] for start in STARTS},
    }


def _grammar() -> bytes:
    for folder in _GRAMMARS:
        try:
            return _read(folder, "q.lark")
        except OSError:
            continue
    raise FileNotFoundError("the grammar q.lark is neither in the package nor beside it")


def _kept() -> Tables:
    """The tables of a checkout."""
    grammar = _grammar()
    made_of = crc32(grammar + _read(__file__))
    file = f"{os.path.splitext(_SPEC.cached)[0]}.json"
    tables: Tables
    try:
        kept = json.loads(_read(file))
    except (OSError, ValueError):  # not there, or broken
        kept = {}
    if kept.get("made of") == made_of:
        tables = kept["tables"]
        return tables
    tables = make(grammar.decode())
    if not sys.dont_write_bytecode:
        _write(file, json.dumps({"made of": made_of, "tables": tables}))
    return tables


def _read(*path: str) -> bytes:
    """The bytes of a file of the package, wherever Python loads it from."""
    found: bytes = _SPEC.loader.get_data(os.path.join(*path))
    return found


def _write(file: str, text: str) -> None:
    """Keep a text where it can be kept, whole or not at all."""
    draft = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(draft, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(draft, file)
    except OSError:
        pass  # they are made again next time
