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
    # What a process tells its own forks through pipes that no other process has.
    ("worker_pool.py", "pickle"),
    # What a sort puts into a temporary file without a name.
    ("external_sort.py", "pickle"),
    # A backend by its name in the face's own set of names.
    ("__init__.py", "import_module"),
}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imports(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and ast.unparse(node) != "from importlib.util import find_spec":
            names.add(node.module or "")  # find_spec looks for a package and loads none
    return names


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
    for name in imports(tree) & MODULES:
        assert (file.name, name) in ALLOWED, f"{file.name}: {name}"


def test_what_is_allowed_is_there() -> None:
    trees = [(file.name, ast.parse(file.read_text(encoding="utf-8"))) for file in FILES]
    found = {(file, name) for file, tree in trees for name in {name for name, _ in calls(tree)} | imports(tree)}
    assert found >= ALLOWED
