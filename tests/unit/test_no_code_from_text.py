"""No text of a user becomes code or a regular expression: what could make it one is looked for in the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "qlause"
FILES = sorted(SOURCE.rglob("*.py"))
NEVER = {"eval", "exec", "compile", "__import__", "execfile", "input"}
MODULES = {"subprocess", "os.system", "pickle", "marshal", "shelve", "ctypes", "importlib.util", "yaml"}
ALLOWED = {
    # The patterns of ``patternProperties`` in a JSON Schema, which is the service's own.
    ("json_access.py", "re.search"),
    # The lexers of the parser's states, once, of the terminals of the project's own grammar.
    ("lalr.py", "re.compile"),
    # The source of a predicate: fixed templates and numbered names, which a test of its own holds to an alphabet.
    ("source.py", "compile"),
    ("source.py", "exec"),
    # Escapes of JSON by their code units, four hexadecimal digits each.
    ("prefilter.py", "re.compile"),
    # The brackets of JSON to a depth that the module says.
    ("json_reader.py", "re.compile"),
    # A backend by its name in the face's own set of names.
    ("__init__.py", "import_module"),
}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def constant(node: ast.expr) -> bool:
    """Whether an expression is known when the source is written: literals, and constants of the module."""
    if isinstance(node, ast.BinOp):
        return constant(node.left) and constant(node.right)
    if isinstance(node, ast.JoinedStr):
        return all(map(constant, node.values))
    if isinstance(node, ast.FormattedValue):
        return constant(node.value)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_nothing_evaluates_text(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for name, call in calls(tree):
        place = f"{file.name}:{call.lineno} {name}"
        if (file.name, name) in ALLOWED:
            continue
        assert name not in NEVER, place
        assert name != "import_module", place
        if name.startswith("re."):
            assert name in ("re.compile", "re.escape"), f"{place}: compile patterns once, at the top"
            assert name == "re.escape" or constant(call.args[0]), place
    for node in ast.walk(tree):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if ast.unparse(node) == "from importlib.util import find_spec":  # it looks for a package and loads none
            continue
        assert not MODULES & set(names), f"{file.name}:{names}"


def test_what_is_allowed_is_there() -> None:
    found = {(file.name, name) for file in FILES for name, _ in calls(ast.parse(file.read_text(encoding="utf-8")))}
    assert found >= ALLOWED
