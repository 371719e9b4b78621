"""Conditions in the JSON path language of PostgreSQL. Keys and values are JSON strings in it.

A path is in lax mode, which looks into the arrays on the way. A filter looks into an array too, so it is asked of the
candidates of the path before it; what is asked of a whole value is asked by a key of the object that holds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Final

from ....bound.nodes import (
    AllOf,
    AnyOf,
    BoundTest,
    Compare,
    Constant,
    ContainsText,
    IsNull,
    Node,
    OneOf,
    PathExists,
    SizeMatches,
    SomeElement,
    ValueMatches,
)
from ....bound.param import Deferred, compute
from ....bound.visitor import NodeVisitor, TestVisitor
from ....schema.storage import Target
from ..parts import NOTHING, Sql, bind, join, raw, sql
from ..storable import storable
from .comparison import INLINE

__all__ = ["candidates_path", "filtered", "object_path", "path_of", "test_condition", "whole_path"]

_SPECIAL: Final = re.compile(r"[!-/:-@\[-`{-~]")  # all of ASCII that is neither letter, digit, blank nor control
_ESCAPED: Final = r"\\\g<0>"
_NO_KEYS: Final = '({0}.type() == "object" && !exists({0}.keyvalue()))'
_NO_TEXT: Final = '({0}.type() == "string" && {0} == "")'


def path_of(keys: Sequence[str], start: str = "$") -> str:
    """The path to the values under some keys."""
    return start + "".join([f".{_json(key)}" for key in keys])


def candidates_path(keys: Sequence[str]) -> str:
    """The path to the candidates under some keys: an array's elements instead of the array."""
    return f"{path_of(keys)}[*]"


def filtered(path: str, condition: Sql) -> str | Deferred:
    """A path with a condition, whose constants are JSON literals."""
    texts = tuple(part if isinstance(part, str) else None for part in condition)
    return compute(_with_filter, path, texts, *condition.binds)


def whole_path(keys: tuple[str, ...], node: SizeMatches) -> str | Deferred | None:
    """The path that finds the whole values of a size, or the objects that hold them; None where it cannot be said."""
    if not keys:  # nothing holds a document, and in strict mode a filter is asked of an array as it is
        path, condition = "strict $", _is_met("@", node)
    else:
        path, condition = path_of(keys[:-1]), _holds(keys[-1], node)
    return None if condition is None else filtered(path, condition)


def object_path(keys: tuple[str, ...], node: Node) -> str | Deferred | None:
    """The path that finds the candidates that are objects and meet a condition; None where it cannot be said."""
    condition = _Conditions().visit(node)
    return None if condition is None else filtered(path_of(keys), _is_object(condition))


def test_condition(test: BoundTest, folded: bool) -> Sql | None:
    """A test as a condition on ``@`` that is never unknown; None where it cannot be said.

    ``folded``: on candidates under the fold, about which a test of letters as they are cannot be asked.
    """
    return _Tests(folded).visit_test(test)


def _json(value: Constant) -> str:
    return encode_basestring(value) if isinstance(value, str) else json.dumps(value)


def _with_filter(path: str, texts: tuple[str | None, ...], *constants: Constant) -> str:
    literals = map(_json, constants)
    return f"{path} ? ({''.join([next(literals) if text is None else text for text in texts])})"


def _negated(condition: Sql, negated: bool) -> Sql:
    return sql("!({})", condition) if negated else condition


def _at_end(text: str) -> str:
    return _SPECIAL.sub(_ESCAPED, text) + "$"


def _all_or_none(parts: Sequence[Sql | None], operator: str, empty: str) -> Sql | None:
    """The parts as a group; None if one of them cannot be said."""
    said = [sql("({})", part) for part in parts if part is not None]
    if len(said) < len(parts):
        return None
    return join(operator, said) if said else raw(empty)


def _is_object(condition: Sql) -> Sql:
    return sql('@.type() == "object" && ({})', condition)


def _holds(key: str, node: SizeMatches) -> Sql | None:
    condition = _is_met(path_of([key], "@"), node)
    return None if condition is None else _is_object(condition)


def _is_met(subject: str, node: SizeMatches) -> Sql | None:
    """Whether a whole value is of a size. Its key may be long, so it is written once for all sizes."""
    if len(node.sizes) > INLINE:
        return None
    intervals = [f"@ >= {low} && @ <= {high}" if high is not None else f"@ >= {low}" for low, high in node.sizes]
    sizes = " || ".join([f"({interval})" for interval in intervals])
    conditions = [f'({subject}.type() == "array" && exists({subject}.size() ? ({sizes})))']
    if node.or_empty:
        conditions += [_NO_TEXT.format(subject), _NO_KEYS.format(subject)]
    return raw(" || ".join(conditions))


class _Tests(TestVisitor[Sql | None]):
    """The type is asked first: a comparison would look into an array that is the candidate."""

    def __init__(self, folded: bool) -> None:
        self.folded = folded
        text = "folded" if folded else "string"
        self.equal = (text, "number", "boolean")
        self.ordered = ("number",) if folded else ("string", "number")

    def all_of(self, test: AllOf[BoundTest]) -> Sql | None:
        return _all_or_none([*map(self.visit_test, test.items)], " && ", "1 == 1")

    def any_of(self, test: AnyOf[BoundTest]) -> Sql | None:
        return _all_or_none([*map(self.visit_test, test.items)], " || ", "1 == 0")

    def one_of(self, test: OneOf) -> Sql | None:
        if test.kind not in self.equal or len(test.values) > INLINE:
            return None
        of_type = "string" if test.kind == "folded" else test.kind
        sides = join(" || ", [sql("@ == {}", bind(value)) for value in test.values])
        return _negated(sql(f'@.type() == "{of_type}" && ({{}})', sides), test.negated)

    def compare(self, test: Compare) -> Sql | None:
        if test.kind not in self.ordered:
            return None
        template = f'@.type() == "{test.kind}" && @ {test.comparator} {{}}'
        return _negated(sql(template, bind(test.value)), test.negated)

    def contains_text(self, test: ContainsText) -> Sql | None:
        if test.folded != self.folded:
            return None
        how, text = "==" if test.ends else "starts with", test.text
        flag = ""
        if not test.starts:
            how = "like_regex"
            if test.ends:
                text = compute(_at_end, text)
            else:
                flag = ' flag "q"'  # nothing in it is special
        return _negated(sql(f'@.type() == "string" && @ {how} {{}}{flag}', bind(text)), test.negated)

    def is_null(self, test: IsNull) -> Sql | None:
        return _negated(raw('@.type() == "null"'), test.negated)


class _Conditions(NodeVisitor[Sql | None]):
    """Conditions on ``@``, which is an object; each is never unknown."""

    def all_of(self, node: AllOf[Node]) -> Sql | None:
        return _all_or_none([*map(self.visit, node.items)], " && ", "1 == 1")

    def any_of(self, node: AnyOf[Node]) -> Sql | None:
        return _all_or_none([*map(self.visit, node.items)], " || ", "1 == 0")

    def value_matches(self, node: ValueMatches) -> Sql | None:
        condition = test_condition(storable(node.test), folded=False)
        return self._some(node.target, node.target.keys, condition, node.negated)

    def path_exists(self, node: PathExists) -> Sql | None:
        return self._some(node.target, node.target.keys, NOTHING, node.negated)

    def size_matches(self, node: SizeMatches) -> Sql | None:
        *above, last = node.target.keys
        return self._some(node.target, above, _holds(last, node), node.negated)

    def some_element(self, node: SomeElement) -> Sql | None:
        condition = self.visit(node.node)
        found = None if condition is None else _is_object(condition)
        return self._some(node.target, node.target.keys, found, node.negated)

    def _some(self, target: Target, keys: Sequence[str], condition: Sql | None, negated: bool) -> Sql | None:
        """Whether the path of some keys finds what meets a condition. A target in a column is not asked of JSON."""
        if condition is None or target.column is not None:
            return None
        where = sql(" ? ({})", condition) if condition else NOTHING
        return _negated(sql("exists({}{})", raw(path_of(keys, "@")), where), negated)
