"""How an engine compares: texts by code point or under the fold, numbers, native values, and ISO text of instants."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ....bound.nodes import Comparand, Kind
from ....bound.param import Deferred, compute
from ....values.fold import recent_pairs
from ..parts import Sql, bind, join, raw, sql
from .instants import naive_utc
from .numbers import is_wide
from .operands import Operand
from .syntax import EngineSyntax

__all__ = ["INLINE", "Comparison"]

_GREATEST: Final = "1.7976931348623157e308"  # the greatest double
INLINE: Final = 32
"""Up to this many members a list is written out; a longer one is one parameter on most engines."""


class Comparison(EngineSyntax):
    """Conditions on one operand. Where it is NULL they may be NULL, which counts as false."""

    # each dialect writes these

    @abstractmethod
    def text_key(self, operand: Operand) -> Sql:
        """A text as what compares by code point."""

    @abstractmethod
    def fold(self, text: Sql) -> Sql:
        """A text under the fold, as what compares by code point."""

    @abstractmethod
    def like(self, key: Sql, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """Whether a key contains a text without wildcards: at its start, at its end, as a whole, or anywhere."""

    @abstractmethod
    def is_instant_text(self, text: Sql) -> Sql:
        """Whether a text is ``YYYY-MM-DDTHH:MM:SS[.fraction]Z``, also with ``+00:00`` or ``-00:00`` for Z."""

    # these have a default: comparisons with one constant

    def constant(self, kind: Kind, value: Any) -> Sql:
        """A constant of a kind as a parameter, ready to be compared; an instant without zone is for a naive operand."""
        return bind(value)

    def compare(self, kind: Kind, operand: Operand, comparator: str, value: Comparand) -> Sql:
        """Whether an operand is on that side of a constant."""
        if kind == "number" and is_wide(value):
            condition = self.compare_wide(operand, comparator, value)
        else:
            key, constant = self.sides(kind, operand, value)
            condition = self.comparison(key, comparator, constant)
        if not operand.non_finite or comparator == "=":
            return condition
        return sql("({} AND {})", condition, self.finite(operand, comparator))

    def finite(self, operand: Operand, comparator: str) -> Sql:
        """Whether an operand that is on that side of a number is a number itself: no infinity, and not NaN."""
        return sql(f"{{}} {'<= ' if comparator[0] == '>' else '>= -'}{_GREATEST}", operand.text)

    def sides(self, kind: Kind, operand: Operand, value: Comparand) -> tuple[Sql, Sql]:
        """The two sides of a comparison with a constant."""
        if operand.naive:
            value = compute(naive_utc, value)
        return self.order_key(kind, operand), self.constant(kind, value)

    def comparison(self, key: Sql, comparator: str, constant: Sql) -> Sql:
        """A comparison of two sides."""
        return sql(f"{{}} {comparator} {{}}", key, constant)

    def read_once(self, operand: Operand, condition: Callable[[Operand], Sql]) -> Sql:
        """A condition that uses an operand more than once, where the engine is to read it once."""
        return condition(operand)

    def order_key(self, kind: Kind, operand: Operand) -> Sql:
        """An operand as what has the order of its kind."""
        return self.text_order_key(operand) if kind == "string" else operand.text

    def text_order_key(self, operand: Operand) -> Sql:
        """A text as what sorts by code point."""
        return self.text_key(operand)

    # numbers

    def compare_wide(self, operand: Operand, comparator: str, value: float) -> Sql:
        """``compare`` for a number beyond what a double holds exactly; a float is a whole number there."""
        whole = None if operand.column else self.whole_number_sides(operand, value)
        if whole is None:
            return self.comparison(operand.text, comparator, self.constant("number", value))
        # Whole numbers that are not equal may be equal as doubles.
        near, (text, exact) = self.number_constants(value)[0], whole
        equal = sql(f"({{}} AND {{}} {comparator} {{}})", self.comparison(operand.text, "=", near), text, exact)
        return (
            equal if comparator == "=" else sql("({} OR {})", self.comparison(operand.text, comparator[0], near), equal)
        )

    def whole_number_sides(self, operand: Operand, value: float) -> tuple[Sql, Sql] | None:
        """A number of JSON and a constant as whole numbers, to compare what doubles do not tell apart.

        None: they tell all apart, or the engine has no whole numbers that are so wide.
        """
        return None

    def number_keys(self, operand: Operand) -> list[Sql]:
        """A number as what to sort by, the most significant first."""
        return [operand.text]

    def number_constants(self, value: float | Decimal) -> list[Sql]:
        """A number as what ``number_keys`` are compared with; the keys beyond these do not change the order."""
        return [self.constant("number", value)]

    # lists

    def one_of(self, kind: Kind, operand: Operand, values: Sequence[Comparand]) -> Sql:
        """Whether an operand equals one of the constants."""
        if kind == "string":
            return self.in_list(self.text_key(operand), kind, values)
        if kind == "number":
            wide = [value for value in values if is_wide(value)]
            narrow = [value for value in values if not is_wide(value)]
            parts = [self.compare_wide(operand, "=", value) for value in wide]
            if narrow:
                parts.append(self.in_list(operand.text, kind, narrow))
            return parts[0] if len(parts) == 1 else sql("({})", join(" OR ", parts))
        if operand.naive:
            values = [compute(naive_utc, value) for value in values]
        return self.in_list(operand.text, kind, values)

    def in_list(self, key: Sql, kind: Kind, values: Sequence[Comparand]) -> Sql:
        """Whether a key is one of the constants."""
        if len(values) == 1:
            return self.comparison(key, "=", self.constant(kind, values[0]))
        if len(values) > INLINE and kind in ("string", "number"):
            return self.in_long_list(key, kind, values)
        return self.in_written_list(key, kind, values)

    def in_long_list(self, key: Sql, kind: Kind, values: Sequence[Any]) -> Sql:
        """Whether a key is one of many strings or numbers: as one parameter, where that is not slower."""
        return self.in_written_list(key, kind, values)

    def in_written_list(self, key: Sql, kind: Kind, values: Sequence[Comparand]) -> Sql:
        """Whether a key is one of the constants, each a parameter."""
        return sql("{} IN ({})", key, join(", ", [self.constant(kind, value) for value in values]))

    # texts that contain others, and the fold

    def contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """Whether a text contains another, case and all."""
        return self.like(self.text_key(operand), text, starts, ends)

    def folded_contains(self, operand: Operand, text: str | Deferred, starts: bool, ends: bool) -> Sql:
        """``contains`` under the fold; ``text`` is folded already."""
        return self.like(self.fold_key(operand, text), text, starts, ends)

    def folded_one_of(self, operand: Operand, values: Sequence[Comparand]) -> Sql:
        """``one_of`` under the fold; ``values`` are folded already."""
        return self.in_list(self.fold_key(operand, *values), "string", values)

    def fold_key(self, operand: Operand, *texts: Comparand) -> Sql:
        """A text under the fold, as what compares by code point with folded texts.

        It is the column that holds it if there is one.
        """
        if operand.folded is None:
            return self.folded_for(texts, self.fold(operand.text))
        return self.folded_for(texts, self.text_key(Operand(operand.folded, column=True, binary=True)))

    def folded_for(self, texts: Sequence[Comparand], folded: Sql) -> Sql:
        """What an engine folded, completed for these folded texts.

        An engine may not know the capitals of some letters. They decide nothing if no text has these letters, which
        is nearly always so; then the expression is the one that an index has. A deferred text has none of them.
        """
        pairs = recent_pairs(*[text for text in texts if isinstance(text, str)])
        return self.translated(folded, pairs) if pairs else folded

    def translated(self, text: Sql, letters: Mapping[str, str]) -> Sql:
        """A text that compares by code point, with other letters in the place of some."""
        capitals, small = (self.constant("string", "".join(each)) for each in (letters.keys(), letters.values()))
        return sql("translate({}, {}, {})", text, capitals, small)

    # ISO text that is an instant

    def instant_text_key(self, text: Sql) -> Sql:
        """ISO text of an instant as one whose order is that of time: seconds, a dot, nine digits."""
        fraction = sql("SUBSTR({}, 20)", text)
        for other in ("+00:00", "-00:00", "Z", "."):
            fraction = sql(f"REPLACE({{}}, '{other}', '')", fraction)
        padded = self.concat(fraction, raw("'000000000'"))
        return self.concat(sql("SUBSTR({}, 1, 19)", text), raw("'.'"), sql("SUBSTR({}, 1, 9)", padded))
