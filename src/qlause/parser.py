"""Text → AST. The only module that knows lark.

Lark reads ``grammar/q.lark`` and makes the LALR tables, once, at the first parse; a small loop here walks them with one
lexer per parser state and builds the AST while it goes, so that there is no second tree, no recursion, and every
refusal knows the parser's state.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

import lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from . import build, diagnose
from .ast import Fields, Query, Sort
from .errors import LimitExceededError
from .limits import DEFAULT_LIMITS, Limits

__all__ = ["grammar_text", "parse", "parse_fields", "parse_sort"]

_END: Final = "$END"
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_LOADING: Final = threading.Lock()


class _State(NamedTuple):
    """One row of the LALR table, with the lexer of the terminals that the row can go on with."""

    lexer: re.Pattern[str]
    actions: Mapping[str, int | _Reduction]
    """By terminal or rule name: the state to go to, or the rule to reduce."""


class _Reduction(NamedTuple):
    rule: str
    size: int
    build: Callable[[build.Builder, list[Any]], Any] | None


class _Tables(NamedTuple):
    states: Mapping[int, _State]
    starts: Mapping[str, int]
    ends: frozenset[int]


def parse(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Query:
    """Read a ``q``: a filter over documents.

    An empty or blank text selects everything. Raises QuerySyntaxError for a text that is not in the language, with the
    place and a hint, and LimitExceededError for one that is larger than the limits.

    >>> parse('name:"John" surname:~Smith')
    Query(root=And(items=(Clause(path=Path(segments=('name',)), test=...), Clause(...))))
    """
    return _run("query", text, limits.q_length, limits)  # type: ignore[no-any-return]  # what the start rule builds


def parse_sort(text: str, *, limits: Limits = DEFAULT_LIMITS, strict: bool = False) -> Sort:
    """Read a ``sort``: paths with an optional direction, separated by commas.

    Descending is only what says ``desc`` or ``DESC``. Any other direction is ascending, as the API family has it; with
    ``strict``, a direction other than these and ``asc`` or ``ASC`` is an error.

    >>> str(parse_sort("name, metadata.createdAt:desc"))
    'name,metadata.createdAt:desc'
    """
    return _run("sort", text, limits.sort_length, limits, strict)  # type: ignore[no-any-return]  # as above


def parse_fields(text: str, *, limits: Limits = DEFAULT_LIMITS) -> Fields:
    """Read a ``fields``: the paths to keep, separated by commas. An empty text keeps everything.

    >>> str(parse_fields("name, type, name.first"))
    'name,type'
    """
    return _run("fields", text, limits.fields_length, limits)  # type: ignore[no-any-return]  # as above


def grammar_text() -> str:
    """The text of ``grammar/q.lark``: beside the package in a wheel, beside ``src`` in a checkout."""
    inside = files("qlause") / "grammar" / "q.lark"
    if inside.is_file():
        return inside.read_text(encoding="utf-8")
    return (FilePath(__file__).parents[2] / "grammar" / "q.lark").read_text(encoding="utf-8")


def _run(start: str, text: str, length: int, limits: Limits, strict: bool = False) -> Any:
    if not isinstance(text, str):
        raise TypeError(f"{start} must be a str, not {type(text).__name__}")
    if len(text) > length:
        raise LimitExceededError(
            f"{start} is {len(text):,} characters long, and at most {length:,} are accepted",
            code="limit_length",
            text=text,
            offset=length,
        )
    states, starts, ends = _tables()
    builder = build.Builder(start, text, limits, strict)
    stack = [starts[start]]
    values: list[Any] = []
    position = 0
    while True:
        state = states[stack[-1]]
        token = state.lexer.match(text, position)
        if token is not None:
            kind: str = token.lastgroup  # type: ignore[assignment]  # every alternative of a lexer is a named group
            span = token.span(kind)
        else:
            begin = _BLANKS.match(text, position).end()  # type: ignore[union-attr]  # it matches no blanks too
            kind, span = _END, (begin, begin)
            if begin < len(text):
                raise diagnose.unexpected(text, begin, state.actions, builder)
        while True:
            action = states[stack[-1]].actions.get(kind)
            if action is None:
                raise diagnose.unexpected(text, span[0], states[stack[-1]].actions, builder)
            if isinstance(action, int):
                break
            rule, size, make = action
            children = values[len(values) - size :]
            del values[len(values) - size :], stack[len(stack) - size :]
            values.append(make(builder, children) if make is not None else children[0])
            target = states[stack[-1]].actions[rule]
            stack.append(target)  # type: ignore[arg-type]  # under a rule's name stands a state
            if kind == _END and target in ends:
                return values[-1]
        builder.shift(kind, span)
        stack.append(action)
        values.append(span)
        position = span[1]


def _tables() -> _Tables:
    with _LOADING:
        return _loaded_tables()


@cache
def _loaded_tables() -> _Tables:
    """The LALR tables, through lark's serialization."""
    compiled = lark.Lark(grammar_text(), parser="lalr", start=["query", "sort", "fields"])
    data, memo = compiled.memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    terminals = [entry for entry in memo.values() if entry["__type__"] == "TerminalDef"]
    # Higher priority first; of the same, what lark's own lexer would try first makes no difference to this grammar.
    terminals.sort(key=lambda entry: -entry["priority"])
    reductions = {key: _reduction(entry) for key, entry in memo.items() if entry["__type__"] == "Rule"}
    states: dict[int, _State] = {}
    for number, row in table["states"].items():
        actions: dict[str, int | _Reduction] = {}
        for token, (is_reduce, argument) in row.items():
            actions[table["tokens"][token]] = reductions[argument["@"]] if is_reduce else argument
        states[number] = _State(_lexer(terminals, actions), actions)
    return _Tables(states, table["start_states"], frozenset(table["end_states"].values()))


def _reduction(entry: Mapping[str, Any]) -> _Reduction:
    alias = entry["alias"]
    make = getattr(build.Builder, alias) if alias else None
    size = len(entry["expansion"])
    if make is None and size != 1:
        raise LookupError(f"the grammar rule {entry['origin']['name']} of {size} parts does not say what it builds")
    return _Reduction(entry["origin"]["name"], size, make)


def _lexer(terminals: list[Mapping[str, Any]], actions: Mapping[str, object]) -> re.Pattern[str]:
    tried = [
        f"(?P<{terminal['name']}>{_pattern(terminal['pattern'])})"
        for terminal in terminals
        if terminal["name"] in actions
    ]
    return re.compile(f"{_BLANKS.pattern}(?:{'|'.join(tried) or '(?!)'})")


def _pattern(pattern: Mapping[str, Any]) -> str:
    value: str = pattern["value"]
    return re.escape(value) if pattern["__type__"] == "PatternStr" else value
