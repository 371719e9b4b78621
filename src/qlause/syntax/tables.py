"""The LALR tables of ``grammar/q.lark``, as data. The only module that imports lark.

Lark makes the tables from the grammar, which takes much longer than reading them. A wheel therefore has them beside the
grammar: its build makes them (``hatch_build.py``). A checkout makes them on first use and keeps them as Python keeps
bytecode: in ``__pycache__``, until the grammar or this module changes, and not if Python must not write bytecode.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Final, TypedDict
from zlib import crc32

__all__ = ["STARTS", "Tables", "grammar_text", "load", "make"]

STARTS: Final = ("query", "sort", "fields")
"""The start rules, one for each language."""
_SPEC: Final[Any] = __spec__  # of this module, which comes from a file
_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))
_GRAMMARS: Final = (
    os.path.join(_PACKAGE, "grammar"),
    os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "grammar"),
)
"""Where the grammar is: in an installed package, and in a checkout."""


class Tables(TypedDict):
    """The tables. A state or a rule is a number, its index in its list."""

    terminals: dict[str, str]
    """The regular expression of each terminal, in the order in which a lexer tries them."""
    rules: list[list[Any]]
    """For each rule: the rule it defines, the number of its parts, and its alias."""
    states: list[dict[str, int]]
    """For each state, by terminal and by rule name: the state n to go to, or ~n to reduce the rule n."""
    starts: dict[str, int]
    """By start rule: the state before anything is read."""
    ends: dict[str, int]
    """By start rule: the state in which it is complete."""


def grammar_text() -> str:
    """The text of ``grammar/q.lark``: beside the package's modules in a wheel, beside ``src`` in a checkout."""
    return _grammar().decode()


def load() -> Tables:
    """The tables: those of the wheel, those that were kept, or else new ones."""
    tables: Tables
    try:
        tables = json.loads(_read(_GRAMMARS[0], "q.json"))
    except OSError:
        tables = _kept()
    return tables


def make(grammar: str) -> Tables:
    """Make the tables with lark. States are numbered in the order they are reached, so all runs make the same."""
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
    for state in reached:  # the list grows while it is read
        targets = (target for is_reduce, target in rows[state].values() if not is_reduce)
        reached += dict.fromkeys(target for target in targets if target not in reached)
    state_numbers = {state: number for number, state in enumerate(reached)}
    rule_numbers = {key: number for number, key in enumerate(rules)}
    # Higher priority first. Among terminals of the same priority, the order makes no difference in this grammar.
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
    """The tables of a checkout: the kept ones, or new ones if the grammar or this module has changed."""
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
    content: bytes = _SPEC.loader.get_data(os.path.join(*path))
    return content


def _write(file: str, text: str) -> None:
    """Write a file whole or not at all, if the folder can be written."""
    draft = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(draft, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(draft, file)
    except OSError:
        pass  # the tables are made again next time
