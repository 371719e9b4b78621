"""Literals: the values of a query as they were written."""

from __future__ import annotations

from .._record import aside, record, replace
from ..errors import QuerySyntaxError, refuse_type
from .lexical import has_surrogate, is_bare_value, quoted
from .paths import Span

__all__ = ["LiteralValue", "refuse_surrogates"]


@record
class LiteralValue:
    """A value as it was written.

    ``bare`` is True for a JSON number, ``true`` or ``false`` that was written without quotes. Without a schema it is
    read as that type and as a string (rule 12). For any other text quotes make no difference, and ``bare`` is False.
    """

    text: str
    bare: bool = False
    span: Span | None = aside(default=None)

    def _checked(self) -> LiteralValue:
        refuse_type(self.text, (str,), "the text of a literal")
        refuse_surrogates(self.text)
        return replace(self, bare=False) if self.bare and not is_bare_value(self.text) else self

    def __str__(self) -> str:
        return self.text if self.bare else quoted(self.text)


def refuse_surrogates(text: str) -> None:
    """Raise QuerySyntaxError for a text with half of a surrogate pair, which is no character."""
    if has_surrogate(text):
        raise QuerySyntaxError("the text contains half of a surrogate pair", code="surrogate")
