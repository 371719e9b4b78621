"""The syntax of an engine: names, literals, NOT, and how much of it a statement may hold."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar, Final

from ..paramstyles import ParamStyle
from ..parts import Sql, join, raw, sql
from .operands import PLAIN

__all__ = ["EngineSyntax"]

_LITERAL: Final = PLAIN | {'"', "/", "[", "]"}  # with what paths are made of


class EngineSyntax(ABC):
    """How an engine writes names and literals."""

    name: ClassVar[str]
    """The name of the dialect, as the table has it."""
    quote: ClassVar[str] = '"'
    """What names are quoted with."""
    negation: ClassVar[str] = "({}) IS NOT TRUE"
    """NOT, in which NULL counts as false."""
    max_depth: ClassVar[int] = 100
    """How deep groups may be nested before the engine's own parser gives up."""
    max_length: ClassVar[int | None] = None
    """How many bytes a statement may have before the engine refuses it."""
    max_parameters: ClassVar[int | None] = None
    """How many parameters a statement may have before the engine or its driver refuses it."""

    def __init__(self, style: ParamStyle) -> None:
        self.style: ParamStyle = style
        """How the statements show their parameters."""

    def quoted(self, name: str) -> str:
        """A name of the schema, quoted. Raises ValueError for one with U+0000."""
        if "\0" in name:
            raise ValueError("a name in SQL cannot hold U+0000")
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def identifier(self, name: str) -> Sql:
        """A name of the schema as an expression. Raises ValueError for one with U+0000."""
        return raw(self.quoted(name))

    def literal(self, text: str) -> Sql:
        """A text of the schema as a literal. Raises ValueError if it holds other characters than plain keys do."""
        if not _LITERAL.issuperset(text):
            raise ValueError(f"{text!r} cannot be a literal in a statement")
        return raw(f"'{text}'")

    def inlined(self, value: Any) -> str:
        """A parameter as a literal. Raises ValueError where the engine takes parameters everywhere."""
        raise ValueError(f"{self.name} takes parameters: inline is no paramstyle for it")

    def is_too_deep(self, condition: Sql) -> bool:
        """Whether the engine's own parser gives up on a condition, apart from how deep its groups are nested."""
        return False

    def concat(self, *texts: Sql) -> Sql:
        """Texts joined to one."""
        return sql("({})", join(" || ", texts))
