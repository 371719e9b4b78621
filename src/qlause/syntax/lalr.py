"""The LALR driver: one loop that walks the grammar's tables over a text and calls the parse actions on the way.

The tables are those that lark makes of ``grammar/q.lark`` (see ``tables``). Each parser state has its own lexer, made
of the terminals that the state accepts. There is no parse tree in between and no recursion, and a refusal knows the
parser's state.

To be fast, that loop does not look at the tables for each token. A parser stack is an immutable object. From one stack,
a token of one kind always completes the same rules and leads to the same next stack. The first time, this is worked out
from the tables and kept as a step. From then on a token costs one match, one look-up and the calls of its actions. To
work out a step takes many times longer than to do it, so a text that needs many new ones is read from the tables.

Threads share the stacks and their steps without a lock. A step is never changed once it is kept, and two threads that
work out the same one work out equal ones. When there are too many stacks, the shared start states are cleared. That is
safe: a parse that is running holds its own stack and goes on with it, and the next parse begins from new stacks. A lost
update costs only repeated work. The states of the tables are made once and never cleared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, ClassVar, Final, TypeAlias

from ..errors import QuerySyntaxError
from .actions import ParseActions
from .lexical import PARENTHESES

__all__ = ["run"]

_END: Final = "$END"
_OPENING: Final = PARENTHESES | {"NOT"}
"""The terminals that open a level of nesting."""
_WHITESPACE: Final = " \t\r\n"
_MAX_STACKS: Final = 2_000
_MAX_NEW_STEPS: Final = 200
"""How many steps are worked out for one text. The rest of it is read from the tables."""
_LOADING: Final = Lock()

_Build: TypeAlias = Callable[..., Any]
"""A method of ParseActions, which builds the value of a rule from the values of its parts."""
_Match: TypeAlias = Callable[[str, int], re.Match[str] | None]
_Reduction: TypeAlias = tuple[str, int, _Build | None]
"""A rule, the number of its parts, and what builds its value: None if the value of its only part is passed on."""
_Step: TypeAlias = "tuple[tuple[tuple[_Build, int], ...], str, bool, _Stack, dict[int, _Step], _Match | None]"
"""What a token of one kind does on one stack: the actions to call before it is shifted, each with the number of its
arguments; the token's kind; whether the loop has to look closer, because the token opens a level or is not accepted;
the next stack, its steps and its lexer. For a token that is not accepted, the stack that refuses it, and no lexer."""
_Start: TypeAlias = "tuple[_State, _Stack, dict[int, _Step], _Match]"
"""The state that accepts a start rule, and the rule's first stack, its steps and its lexer."""
_STARTS: Final[dict[str, _Start]] = {}


class _State:
    """One row of the LALR tables."""

    __slots__ = ("_match", "_terminals", "action", "goto", "kinds")

    def __init__(self, terminals: dict[str, str]) -> None:
        self.action: dict[str, _State | _Reduction] = {}
        """By terminal: the state to shift to, or the rule to reduce."""
        self.goto: dict[str, _State] = {}
        """By rule: the state after the rule was reduced."""
        self.kinds = [_END]
        """The terminals by the lexer's group numbers. Number 0 is the end of the text, where nothing matches."""
        self._terminals = terminals
        self._match: _Match | None = None

    def lexer(self) -> _Match:
        """Match the next token. Compiled on first use, because that takes longer than most parses."""
        if self._match is None:
            accepted = {kind: pattern for kind, pattern in self._terminals.items() if kind in self.action}
            self.kinds = [_END, *accepted]
            patterns = "|".join(f"({pattern})" for pattern in accepted.values())
            self._match = re.compile(f"[{_WHITESPACE}]*(?:{patterns or '(?!)'})").match
        return self._match


class _Stack:
    """An immutable stack of parser states, linked from the top down. Equal stacks are one object."""

    __slots__ = ("_below", "_pushed", "depth", "state", "steps")
    count: ClassVar[int] = 0

    def __init__(self, state: _State, below: _Stack | None = None, depth: int = 0) -> None:
        self.state = state
        """The state on top."""
        self.depth = depth
        """How many parentheses and NOTs are open."""
        self.steps: dict[int, _Step] = {}
        """By group number of the lexer: the steps that texts needed so far."""
        self._below = below
        self._pushed: dict[_State, _Stack] = {}
        _Stack.count += 1

    def step(self, group: int) -> _Step:
        """Work out what a token does on this stack, and keep it."""
        if _Stack.count > _MAX_STACKS:  # texts can lead to any number of stacks: later texts get new ones
            _STARTS.clear()
            _Stack.count = 0
        kind = self.state.kinds[group]
        reductions: list[tuple[_Build, int]] = []
        stack = self
        while isinstance(action := stack.state.action.get(kind), tuple):
            rule, size, build = action
            for _ in range(size):
                stack = stack._below  # type: ignore[assignment]  # the parts of a complete rule are on the stack
            stack = stack._push(stack.state.goto[rule], stack.depth)
            if build is not None:
                reductions.append((build, size))
        special, match = True, None
        if action is not None:
            special = kind in _OPENING
            stack = stack._push(action, stack.depth + special)
            match = action.lexer()
        step = self.steps[group] = (tuple(reductions), kind, special, stack, stack.steps, match)
        return step

    def levels(self) -> tuple[list[_State], list[int]]:
        """The states from the bottom up, and how many parentheses and NOTs are open at each."""
        stacks = [self]
        while (below := stacks[-1]._below) is not None:
            stacks.append(below)
        stacks.reverse()
        return [stack.state for stack in stacks], [stack.depth for stack in stacks]

    def _push(self, state: _State, depth: int) -> _Stack:
        pushed = self._pushed.get(state)
        if pushed is None:
            pushed = self._pushed[state] = _Stack(state, self, depth)
        return pushed


def run(actions: ParseActions) -> Any:  # noqa: C901  # one loop, so that a token costs no call
    """Parse the text of ``actions``, and return what its start rule builds."""
    text = actions.text
    # The three below change their types with every step; a look at the tables tells what they are.
    token_match: Any
    match: Any
    value: Any
    accepting, stack, steps, match = _STARTS.get(actions.start) or _begin(actions.start)
    values, token = actions.values, actions.token
    end = new_steps = 0
    while True:
        token_match = match(text, end)
        if token_match is not None:
            group = token_match.lastindex
        elif end == len(text) or not text[end:].strip(_WHITESPACE):
            group = 0
        else:
            actions.token = token
            raise _unexpected(end, stack.state, actions)
        try:
            reductions, kind, special, stack, steps, match = steps[group]
        except KeyError:
            new_steps += 1
            if new_steps > _MAX_NEW_STEPS:
                return _run_by_tables(actions, accepting, stack, token, end)
            reductions, kind, special, stack, steps, match = stack.step(group)
        if reductions:
            actions.token = token
            value = values.pop()
            for build, size in reductions:
                if size == 2:
                    value = build(actions, values.pop(), value)
                elif size == 1:
                    value = build(actions, value)
                elif size == 3:
                    middle = values.pop()
                    value = build(actions, values.pop(), middle, value)
                else:
                    values.append(value)
                    first = len(values) - size
                    value = build(actions, *values[first:])
                    del values[first:]
            values.append(value)
        if special:
            if token_match is None and stack.state is accepting:
                return values[-1]
            if match is None:
                actions.token = token
                raise _unexpected(end, stack.state, actions)
            if stack.depth > actions.limits.depth:
                actions.refuse_depth(token_match.span(group))
        end = token_match.end()
        token = (kind, token_match.start(group), end)
        values.append(token)


def _run_by_tables(actions: ParseActions, accepting: _State, stack: _Stack, token: Any, end: int) -> Any:
    """Read the rest of a text as :func:`run` does, but with a stack of its own, and keep no steps."""
    text, values = actions.text, actions.values
    states, depths = stack.levels()
    state = states[-1]
    while True:
        token_match = state.lexer()(text, end)
        actions.token = token
        if token_match is not None:
            group: int = token_match.lastindex  # type: ignore[assignment]  # every terminal is a group
        elif end == len(text) or not text[end:].strip(_WHITESPACE):
            group = 0
        else:
            raise _unexpected(end, state, actions)
        kind = state.kinds[group]
        action: Any = state.action.get(kind)
        while action.__class__ is tuple:
            rule, size, build = action
            if size == 1:
                if build is not None:
                    values[-1] = build(actions, values[-1])
                states[-1] = state = states[-2].goto[rule]
            else:
                first = len(values) - size
                values[first:] = [build(actions, *values[first:])]
                del states[len(states) - size :], depths[len(depths) - size :]
                state = states[-1].goto[rule]
                states.append(state)
                depths.append(depths[-1])
            action = state.action.get(kind)
        if action is None:
            if token_match is None and state is accepting:
                return values[-1]
            raise _unexpected(end, state, actions)
        assert token_match is not None  # noqa: S101  # for mypy: the end of a text is never shifted
        state = action
        states.append(state)
        depths.append(depths[-1] + (kind in _OPENING))
        if depths[-1] > actions.limits.depth:
            actions.refuse_depth(token_match.span(group))
        end = token_match.end()
        token = (kind, token_match.start(group), end)
        values.append(token)


def _unexpected(end: int, state: _State, actions: ParseActions) -> QuerySyntaxError:
    """The error for what follows the last token, which ends at ``end``."""
    from .diagnosis.query import unexpected  # only a text that is refused needs it

    at = len(actions.text) - len(actions.text[end:].lstrip(_WHITESPACE))
    return unexpected(actions.context(at, state.action))


def _begin(start: str) -> _Start:
    with _LOADING:  # so that the tables are read once
        first_states, accepting_states = _tables()
    stack = _Stack(first_states[start])
    begun = _STARTS[start] = (accepting_states[start], stack, stack.steps, stack.state.lexer())
    return begun


@cache
def _tables() -> tuple[dict[str, _State], dict[str, _State]]:
    """The tables as linked states: by start rule, its first state and the state that accepts it."""
    from .tables import load  # importing the package must not load the tables

    tables = load()
    terminals = tables["terminals"]
    reductions = [_reduction(*rule) for rule in tables["rules"]]
    states = [_State(terminals) for _ in tables["states"]]
    for state, row in zip(states, tables["states"], strict=True):
        for symbol, target in row.items():
            if target < 0:
                state.action[symbol] = reductions[~target]
            elif symbol in terminals:
                state.action[symbol] = states[target]
            else:
                state.goto[symbol] = states[target]
    return (
        {start: states[number] for start, number in tables["starts"].items()},
        {start: states[number] for start, number in tables["ends"].items()},
    )


def _reduction(rule: str, size: int, alias: str | None) -> _Reduction:
    build: _Build | None = getattr(ParseActions, alias) if alias else None
    if build is None and size != 1:
        raise LookupError(f"the grammar rule {rule} has {size} parts and no alias that says what to build")
    return rule, size, build
