"""The table of error codes: what the source raises, and what the documentation says of it."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest

import qlause
from qlause import QlauseError, errors
from qlause.errors.codes import CODES
from qlause.schema.schema import Permission

ROOT: Final = Path(__file__).parents[3]
SOURCE: Final = ROOT / "src" / "qlause"
ERRORS: Final[dict[str, type[QlauseError]]] = {
    name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, QlauseError)
}
# Functions that make an error, by package: the class (None: it is the first argument) and the position of the code.
HELPERS: Final[dict[tuple[str, str], tuple[type[QlauseError] | None, int]]] = {
    ("syntax", "error"): (qlause.QuerySyntaxError, 0),
    ("syntax", "_refuse"): (qlause.QuerySyntaxError, 1),
    ("syntax", "_refuse_limit"): (qlause.LimitExceededError, 0),  # without limit_
    ("bound", "located"): (None, 2),
    ("backends", "unsupported"): (qlause.UnsupportedError, 2),
}


class Raised(NamedTuple):
    """One place in the source that makes an error."""

    where: str
    error: type[QlauseError]
    codes: frozenset[str]


def _raised(file: Path) -> Iterator[Raised]:
    package = file.relative_to(SOURCE).parts[0]
    for call, function in _calls(ast.parse(file.read_text(encoding="utf-8")), None):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in ERRORS:
            error = ERRORS[name]
            code = next((keyword.value for keyword in call.keywords if keyword.arg == "code"), None)
            codes = {error.default_code} if code is None else _codes(code, function)
        elif (package, name) in HELPERS:
            known_error, position = HELPERS[package, name]
            error = known_error or ERRORS[ast.unparse(call.args[0])]
            codes = _codes(call.args[position], function)
            if name == "_refuse_limit":
                codes = {f"limit_{code}" for code in codes}
        else:
            continue
        if codes:
            yield Raised(f"{file.relative_to(SOURCE)}:{call.lineno}", error, frozenset(codes))


def _calls(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Every call, with the function that it stands in."""
    if isinstance(node, ast.Call):
        yield node, function
    inside = node if isinstance(node, ast.FunctionDef) else function
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inside)


def _codes(code: ast.expr, function: ast.FunctionDef | None) -> set[str]:
    """The codes that an expression can be; none for the argument of a helper, whose callers say it."""
    match code:
        case ast.Constant(value=str(value)):
            return {value}
        case ast.JoinedStr() if ast.unparse(code) == "f'not_{permission}'":
            return {f"not_{permission}" for permission in get_args(Permission)}
        case ast.JoinedStr() if ast.unparse(code) == "f'limit_{name}'":
            return set()
        case ast.Name(id=name):
            assert function is not None
            if name in {argument.arg for argument in function.args.args}:
                return set()
            assigned = [value for target, value in _assignments(function) if ast.unparse(target) == name]
            assert assigned, f"nothing is assigned to {name}"
            return set().union(*(_codes(value, function) for value in assigned))
        case _:
            raise AssertionError(f"a code that cannot be told from the source: {ast.unparse(code)}")


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    yield from zip(target.elts, node.value.elts, strict=True)
                else:
                    yield target, node.value


RAISED: Final = [raised for file in sorted(SOURCE.rglob("*.py")) for raised in _raised(file)]


@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: raised.where)
def test_every_error_has_a_row(raised: Raised) -> None:
    for code in raised.codes:
        assert (code, raised.error) in {(row.code, row.error) for row in CODES}


@pytest.mark.parametrize("row", CODES, ids=lambda row: f"{row.error.__name__}-{row.code}")
def test_every_row_is_raised(row: errors.codes.ErrorCode) -> None:
    assert any(raised.error is row.error and row.code in raised.codes for raised in RAISED)
    for sentence in (row.cause, row.remedy):
        assert sentence[0].isupper() or sentence[0] == "`"
        assert sentence.endswith(".")


def test_no_row_stands_twice() -> None:
    assert len({(row.code, row.error) for row in CODES}) == len(CODES)


def test_the_page_of_errors_is_up_to_date() -> None:
    """If not: ``python docs/make_errors.py``."""
    script = runpy.run_path(str(ROOT / "docs" / "make_errors.py"))
    assert script["PAGE"].read_text(encoding="utf-8") == script["page"]()


def test_what_the_remedies_write_is_in_the_language() -> None:
    remedies = " ".join(row.remedy for row in CODES)
    written = [text for text in re.findall(r"`([^`]*)`", remedies) if re.match(r'(NOT )?\w+:[\w"(]', text)]
    assert len(written) > 10
    for text in written:
        parse = qlause.parse_sort if text.endswith(":desc") else qlause.parse
        assert str(parse(text))
