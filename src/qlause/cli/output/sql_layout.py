"""SQL on several lines. Only blanks change, so that what is shown is what a database gets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["laid_out"]

_PART: Final = re.compile(
    r"""'(?:''|\\.|[^'\\])*'|"(?:""|[^"])*"|`(?:``|[^`])*`|[()]|\ (?:AND|OR|WHERE|CROSS\ JOIN)\ |[^'"`() ]+|.""",
    re.DOTALL | re.VERBOSE,
)
_BREAKS: Final = (" AND ", " OR ", " WHERE ", " CROSS JOIN ")
_WIDTH: Final = 100
_INDENT: Final = "  "


@dataclass(slots=True)
class _Group:
    """What is between parentheses: texts and further groups."""

    items: list[_Item] = field(default_factory=list)
    length: int = 2


_Item: TypeAlias = "str | _Group"


def laid_out(sql: str) -> list[str]:
    """The lines of a condition: what is too long for one is broken at parentheses and before AND, OR and the like."""
    stack = [_Group()]
    for part in _PART.findall(sql):
        if part == "(":
            stack.append(_Group())
        elif part == ")" and len(stack) > 1:
            group = stack.pop()
            stack[-1].items.append(group)
            stack[-1].length += group.length
        else:
            stack[-1].items.append(part)
            stack[-1].length += len(part)
    if len(stack) > 1:  # a bracket in what is neither a string nor a name, which is not expected
        return [sql]
    lines = [""]
    try:
        _lay_out(stack[0], "", lines)
    except RecursionError:
        return [sql]
    return lines


def _lay_out(group: _Group, indent: str, lines: list[str]) -> None:
    """Continue the last line with what is in a group; a new line begins before each AND, OR and the like."""
    for item in group.items:
        if isinstance(item, _Group):
            if item.length + len(lines[-1]) <= _WIDTH or not _has_break(item):
                lines[-1] += f"({_flat(item)})"
            else:
                lines[-1] += "("
                lines.append(indent + _INDENT)
                _lay_out(item, indent + _INDENT, lines)
                lines.append(indent + ")")
        elif item in _BREAKS:
            lines.append(f"{indent}{item.lstrip()}")
        else:
            lines[-1] += item


def _has_break(group: _Group) -> bool:
    """Whether a group can be broken, here or further inside."""
    return any(_has_break(item) if isinstance(item, _Group) else item in _BREAKS for item in group.items)


def _flat(group: _Group) -> str:
    return "".join(f"({_flat(item)})" if isinstance(item, _Group) else item for item in group.items)
