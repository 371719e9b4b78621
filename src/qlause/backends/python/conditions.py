"""The source of a test of one candidate: a conditional expression over the type of the candidate ``v``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...bound.nodes import Kind
from .leaves import COMPARATORS, Leaf, NamedTest, TestGroup

__all__ = ["TYPES", "ExactType", "case_of", "chained", "condition_of"]

_FOLDED: Final = "(v.lower() if v.isascii() else fold(v))"
_MAX_CASE: Final = 2_000  # characters


class ExactType(NamedTuple):
    """A type of candidates that the source tests without a call."""

    condition: str
    """The source of: the candidate is of the type. ``{v}`` is the candidate, ``{t}`` its type."""
    subjects: Mapping[Kind, str]
    """What is compared with the constant, by the kind of test. A test of a kind that is not here fails."""
    in_json: bool
    """Whether candidates from JSON can be of the type."""


TYPES: Final = (
    ExactType("{v} is True or {v} is False", {"boolean": "v"}, True),
    ExactType("{t} is int or {t} is float", {"number": "v"}, True),
    ExactType(
        "{t} is str",
        {"string": "v", "folded": "{folded}", **dict.fromkeys(("instant_text", "instant_or_text"), "v")},
        True,
    ),
    ExactType("{t} is datetime", {"instant": "(v if v.tzinfo is UTC else utc(v))"}, False),
    ExactType("{t} is date", {"date": "v"}, False),
    ExactType("{t} is time and {v}.tzinfo is None", {"time": "v"}, False),
    ExactType("{t} is UUID", {"uuid": "v"}, False),
)


def case_of(test: NamedTest, leaves: list[Leaf], exact: ExactType, passes: str, seconds: str) -> tuple[str, str]:
    """The condition that the candidate ``v`` is of a type, and the source of: it passes, if it is."""
    condition = condition_of(test, exact.subjects).replace("{passes}", passes)
    kinds = {leaf.kind for leaf in leaves} & exact.subjects.keys()
    if kinds == {"folded"}:
        condition = _once(condition, "{folded}", "x", _FOLDED)
    elif "folded" in kinds:
        condition = condition.replace("{folded}", _FOLDED)
    elif "instant_text" in kinds:
        condition = _instant_text(condition, leaves, passes, seconds)
    return exact.condition, condition if len(condition) <= _MAX_CASE else f"{passes}(v)"


def _instant_text(condition: str, leaves: list[Leaf], passes: str, seconds: str) -> str:
    """A condition on text, made true to instants: the text is an instant, and a closure decides in unsure seconds."""
    if any(leaf.operation not in COMPARATORS or leaf.negated or leaf.kind == "string" for leaf in leaves):
        return f"{passes}(v)"
    is_text = "is_instant_text(v) is not None"
    if seconds:
        is_text = f"({passes}(v) if v.startswith({seconds}) else {is_text})"
    return f"{condition} and {is_text}"


def condition_of(test: NamedTest, subjects: Mapping[Kind, str]) -> str:
    """The test of candidates of the type that has these subjects; null has none.

    A leaf of another kind is false, or true if negated.
    """
    if isinstance(test, TestGroup):
        members = [condition_of(item, subjects) for item in test.items]
        return _joined(" and ", members, "True", "False") if test.every else _joined(" or ", members, "False", "True")
    kind = test.kind
    if kind is None or kind not in subjects:
        return str(test.negated is not (kind is None and not subjects))
    if kind == "instant_or_text":
        return _instant_or_text(test, subjects[kind])
    condition = _leaf(test, subjects[kind])
    return f"not {condition}" if test.negated else condition


def _instant_or_text(leaf: Leaf, subject: str) -> str:
    """Texts outside of the limit's second compare as texts. Within it the whole test decides.

    The whole test may stand here in the place of this leaf, because what is made of it is never negated.
    """
    start, end = f"{subject} >= {leaf.name}", f"{subject} >= {leaf.end}"
    if (">" in leaf.operation) is not leaf.negated:
        return f"({start} and ({end} or {{passes}}({subject})))"
    return f"(not {end} and (not {start} or {{passes}}({subject})))"


def _leaf(leaf: Leaf, subject: str) -> str:
    operation, name = leaf.operation, leaf.name
    if operation == "contains":
        return f"{name} in {subject}"
    if operation.endswith("with"):
        return f"{subject}.{operation}({name})"
    if leaf.kind == "number" and operation in COMPARATORS:
        limit = "INFINITY >" if ">" in operation else "MINUS_INFINITY <"
        return f"{limit} {subject} {operation} {name}"
    return f"{subject} {operation} {name}"


def _joined(word: str, members: list[str], neutral: str, absorbing: str) -> str:
    """``absorbing`` decides the whole group; ``neutral`` members are dropped."""
    others = [member for member in members if member != neutral]
    if absorbing in others:
        return absorbing
    if len(others) < 2:
        return others[0] if others else neutral
    return f"({word.join(others)})"


def chained(cases: list[tuple[str, str]], candidate: str, default: str) -> str:
    """A conditional expression: the first case whose type the candidate has, else ``default``."""
    chain = "".join([f"{passes} if {is_of_type} else " for is_of_type, passes in cases])
    chain = _once(chain, "{t}", "t", "type({v})")
    return chain.replace("{v}", f"({candidate})", 1).replace("{v}", "v") + default


def _once(text: str, placeholder: str, name: str, expression: str) -> str:
    """Replace a placeholder by an expression that is computed at its first use, which must come first at run time."""
    if text.count(placeholder) < 2:
        return text.replace(placeholder, expression)
    return text.replace(placeholder, f"({name} := {expression})", 1).replace(placeholder, name)
