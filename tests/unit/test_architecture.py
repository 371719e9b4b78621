"""The shape of the package: which module may import which, what is public, and what importing costs."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import qlause
from qlause.backends.sql.dialects.mariadb import MariaDB

from ..architecture import ROOT, Sources, circles, depths, longest_chain, report

SOURCE = ROOT / "src" / "qlause"

_GROUND = {"bound", "errors", "schema", "syntax", "values"}
_EMBEDDING = {"backends.parameters", "backends.sql"}
_EMBEDDING |= {"integrations.derived_schema", "integrations.embedding", "integrations.orm_dialects"}
# What the modules of each package may import from others, everywhere in their text. Read from the ground up, this is
# the architecture; a new package gets a row.
MAY_IMPORT: dict[str, set[str]] = {
    # the ground: immutable records, limits, errors, and what values mean on every engine
    "_record": set(),
    "limits": {"_record"},
    "errors": set(),
    "values": set(),
    "cache": {"values"},
    # text to tree: knows no schema and no backend
    "syntax": {"_record", "errors", "limits"},
    # what an endpoint declares
    "schema": {"_record", "cache", "errors", "limits", "syntax", "values"},
    # tree and schema to bound tree: every meaning is settled here
    "bound": {"_record", "cache", "errors", "limits", "schema", "syntax", "values"},
    # a request's parameters to bound trees, and rows to a page: knows no storage and no framework
    "listing": {"bound", "errors", "limits", "schema", "syntax"},
    # bound tree to what one storage takes: never the parser, never another backend
    "backends": set(),
    "backends.parameters": {"_record", "bound", "cache", "schema", "values"},
    "backends.python": {"backends.parameters", "bound", "cache", "schema", "values"},
    "backends.mongo": {"backends.parameters", "bound", "errors", "schema", "values"},
    "backends.sql": {"_record", "backends.parameters", "bound", "errors", "schema", "values"},
    # the SQL backend inside libraries with statements and models of their own: never another integration
    "integrations": set(),
    "integrations.derived_schema": {"schema", "syntax"},
    "integrations.embedding": {"_record", "backends.parameters", "backends.sql", "bound", "errors", "schema"},
    "integrations.orm_dialects": {"backends.parameters", "backends.sql", "bound", "errors"},
    "integrations.django": {"_record", "backends.python", "listing", *_GROUND, *_EMBEDDING},
    "integrations.sqlalchemy": {"_record", "backends.python", "listing", *_GROUND, *_EMBEDDING},
    "integrations.web": {"errors", "listing"},
    # views of Django REST framework, over Django's elements and requests
    "integrations.drf": {
        *("backends.python", "bound", "errors", "listing"),
        *("integrations.django", "integrations.embedding", "integrations.web"),
    },
    # the face: one module per backend and integration, text to result
    "python": {"backends.python", "bound", "listing", "syntax", "values"},
    "mongo": {"backends.mongo", "backends.python", "bound", "listing", "errors", "schema", "syntax"},
    "sql": {"backends.python", "backends.sql", "bound", "listing", "syntax"},
    "django": {"integrations.django", "integrations.web"},
    "drf": {"integrations.drf"},
    "fastapi": {"integrations.web"},
    "flask": {"integrations.web"},
    "litestar": {"integrations.web"},
    "starlette": {"integrations.web"},
    "sqlalchemy": {"integrations.sqlalchemy"},
    "": {
        "bound",
        "cache",
        "errors",
        "limits",
        "listing",
        "schema",
        "syntax",
        "django",
        "mongo",
        "python",
        "sql",
        "sqlalchemy",
    },
    # the server of collections: knows neither files nor arguments
    "server": {
        *(
            "errors",
            "integrations.sqlalchemy",
            "integrations.web",
            "limits",
            "listing",
            "schema",
            "sql",
            "sqlalchemy",
            "syntax",
        ),
    },
    # the command line and the strategies for tests use the face
    "__main__": {"cli"},
    "cli": {
        *("", "backends.python", "bound", "errors", "limits", "listing", "mongo", "python", "schema", "server", "sql"),
        *("syntax", "values"),
    },
    "testing": {"", "_record", "bound", "errors", "limits", "python", "schema", "syntax"},
}
# In which packages a module from outside the standard library may be imported.
MAY_IMPORT_FOREIGN: dict[str, set[str]] = {
    "lark": {"syntax"},
    "dateutil": {"values", "testing"},
    "pydantic": {"schema", "integrations.web"},  # while it reads a model; models of responses
    "bson": {"backends.mongo"},
    "cryptography": {"bound"},
    "django": {"integrations.django", "integrations.drf", "integrations.web"},
    "rest_framework": {"integrations.drf"},
    "sqlalchemy": {"cli", "integrations.sqlalchemy", "server"},
    "fastapi": {"integrations.web"},
    "flask": {"integrations.web"},
    "litestar": {"integrations.web"},
    "starlette": {"integrations.web", "server"},
    "uvicorn": {"server"},
    "argcomplete": {"cli"},
    "backports": {"cli"},
    "compression": {"cli"},  # in the standard library since Python 3.14
    "duckdb": {"cli"},
    "orjson": {"cli"},
    "pyarrow": {"cli"},
    "rich": {"cli"},
    "hypothesis": {"testing"},
    "_typeshed": {"cli", "schema"},
}
# Inside a package: the first never imports the second, not even by way of others, when it is loaded.
NEVER_REACHES = [
    ("syntax.nodes", "syntax.actions"),
    ("syntax.actions", "syntax.lalr"),
    ("syntax.diagnosis.query", "syntax.actions"),
    ("bound.nodes", "bound.binder"),
    ("schema.schema", "bound.nodes"),
]

SOURCES = Sources(SOURCE)
LOADS = SOURCES.modules("load")
FILES = SOURCES.files


def row(module: str) -> str:
    """The row of a module: that of its package."""
    first, _, rest = module.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if rest and first in ("backends", "integrations") else first


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_what_its_row_allows(module: str) -> None:
    mine = row(module)
    assert mine in MAY_IMPORT, f"{module} has no row in MAY_IMPORT"
    for found in SOURCES.imports[module]:
        statement = f"{module}:{found.line} imports {found.name}"
        if found.ours:
            assert row(found.name) == mine or row(found.name) in MAY_IMPORT[mine], statement
        else:
            top = found.name.partition(".")[0]
            assert top in sys.stdlib_module_names or mine in MAY_IMPORT_FOREIGN.get(top, set()), statement


def loaded_by(module: str) -> set[str]:
    """What is loaded with a module, by way of others too."""
    loaded: set[str] = set()
    waiting = [module]
    while waiting:
        new = LOADS[waiting.pop()] - loaded
        loaded |= new
        waiting += new
    return loaded


def test_there_are_no_circles() -> None:
    """An import inside a function may wait, and one for types costs nothing; neither may hide a circle."""
    assert circles(SOURCES.modules("load", "call", "typing")) == []


@pytest.mark.parametrize(("module", "other"), NEVER_REACHES)
def test_a_module_never_loads_what_is_above_it(module: str, other: str) -> None:
    assert other not in loaded_by(module)


def test_no_package_needs_itself_by_way_of_others() -> None:
    assert circles({name: frozenset(allowed - {name}) for name, allowed in MAY_IMPORT.items()}) == []
    assert circles(SOURCES.packages("load", "call")) == []


def test_the_rules_see_every_kind_of_import() -> None:
    assert "lark" in {found.name for found in SOURCES.imports["syntax.tables"] if not found.ours}
    assert "bound.nodes" in {found.name for found in SOURCES.imports["backends.python.source"]}
    lazy = {found.name for found in SOURCES.imports["syntax.token_reader"] if found.when == "call"}
    assert "syntax.diagnosis.context" in lazy - loaded_by("syntax.token_reader")
    assert "errors" in loaded_by("syntax.nodes")


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("engines", {"tests", "benchmarks"}), ("benchmarks", {"tests"}), ("tests", {"benchmarks"})],
)
def test_tests_and_benchmarks_share_engines_and_do_not_import_each_other(package: str, forbidden: set[str]) -> None:
    for module, imports in Sources(ROOT / package).imports.items():
        if package == "tests" and module.startswith("benchmarks"):  # the tests of the benchmarks
            continue
        assert not forbidden & {found.name.partition(".")[0] for found in imports}, module


def test_no_test_module_is_imported_by_another() -> None:
    for module, imports in Sources(ROOT / "tests").imports.items():
        for found in imports:
            assert not (found.ours and found.name.rpartition(".")[2].startswith("test_")), (module, found.line)


def test_the_command_shows_circles_and_depths(tmp_path: Path) -> None:
    package = tmp_path / "src" / "qlause"
    package.mkdir(parents=True)
    texts = {
        "__init__": "from .top import x",
        "top": "import qlause.middle\nif TYPE_CHECKING:\n    from .ground import y",
        "middle": "def f():\n    from . import other",
        "other": "from .middle import f\nfrom .ground import y",
        "ground": "if TYPE_CHECKING:\n    from .top import x",
    }
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    modules = Sources(package).modules("load", "call")
    assert circles(modules) == [["middle", "other"]]
    assert depths(modules) == {"": 3, "ground": 0, "middle": 1, "other": 1, "top": 2}
    assert longest_chain(modules) == ["", "top", "middle", "ground"]
    text = report(tmp_path)
    assert "deepest package 3, deepest module 3" in text
    assert "circles of modules with those under TYPE_CHECKING: 1\n  4: ground, middle, other, top" in text


def test_importing_the_package_loads_what_reads_a_text_and_no_grammar() -> None:
    script = """
import sys
import qlause
from qlause.syntax import lalr
print(*sys.modules)
assert lalr._tables.cache_info().currsize == 0
qlause.parse("a:1")
assert lalr._tables.cache_info().currsize == 1
qlause.python.predicate("a:1")
assert "qlause.backends.python.source" in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    modules = done.stdout.split()
    ours = {name.removeprefix("qlause.") for name in modules if name.startswith("qlause.")}
    assert ours == {"_record", "errors", "errors.text", "errors.vocabulary", "limits", "syntax"} | {
        f"syntax.{name}"
        for name in ("actions", "lalr", "leaves", "lexical", "literals", "nodes", "parser", "paths", "token_reader")
    }
    late = {"lark", "dateutil", "dataclasses", "datetime", "decimal", "difflib", "inspect", "json", "pathlib", "uuid"}
    assert not late & set(modules)


def test_every_public_name_is_documented() -> None:
    for name in qlause.__all__:
        assert (inspect.getdoc(getattr(qlause, name)) or "").strip(), name
    for module, file in FILES.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{module} has no docstring"
        if module == "syntax.actions":  # one method per grammar rule: the module tells what they are
            continue
        # What a dialect says otherwise is told where all dialects say it.
        told = set(dir(MariaDB)) if module.startswith("backends.sql.dialects.") else set()
        owners: list[ast.Module | ast.ClassDef] = [tree]
        for owner in owners:
            for node in owner.body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and not _is_private(node):
                    private = isinstance(owner, ast.ClassDef) and (owner.name.startswith("_") or node.name in told)
                    assert ast.get_docstring(node) or private, f"{module}:{node.lineno} {node.name} has no docstring"
                if isinstance(node, ast.ClassDef):
                    owners.append(node)


def _is_private(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether it needs no docstring: a private name, or one of several signatures of a function."""
    return node.name.startswith("_") or any(ast.unparse(each) == "overload" for each in node.decorator_list)


def test_files_stay_short() -> None:
    lengths = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in FILES.items()}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_there_is_one_version() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert qlause.__version__ == declared
