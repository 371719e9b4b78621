"""The shape of the package: which module may import which, what is public, and what importing costs."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, is_typeddict

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
    "schema": {"_record", "errors", "limits", "syntax", "values"},
    # tree and schema to bound tree: every meaning is settled here
    "bound": {"_record", "errors", "limits", "schema", "syntax", "values"},
    # bound tree to what one storage takes: never the parser, never another backend
    "backends": set(),
    "backends.parameters": {"_record", "bound", "schema", "values"},
    "backends.python": {"backends.parameters", "bound", "schema", "values"},
    "backends.mongo": {"backends.parameters", "bound", "errors", "schema", "values"},
    "backends.sql": {"_record", "backends.parameters", "bound", "errors", "schema", "values"},
    # the SQL backend inside libraries with statements and models of their own: never another integration
    "integrations": set(),
    "integrations.derived_schema": {"schema", "syntax"},
    "integrations.embedding": {"_record", "backends.parameters", "backends.sql", "bound", "errors", "schema"},
    "integrations.orm_dialects": {"backends.parameters", "backends.sql", "bound", "errors"},
    "integrations.django": {"_record", *_GROUND, *_EMBEDDING},
    "integrations.sqlalchemy": {"_record", *_GROUND, *_EMBEDDING},
    # the face: one module per backend and integration, text to result
    "python": {"backends.python", "bound", "syntax", "values"},
    "mongo": {"backends.mongo", "bound", "errors", "schema", "syntax"},
    "sql": {"backends.sql", "bound", "syntax"},
    "django": {"integrations.django"},
    "sqlalchemy": {"integrations.sqlalchemy"},
    "": {"bound", "cache", "errors", "limits", "schema", "syntax", "django", "mongo", "python", "sql", "sqlalchemy"},
    # the command line and the strategies for tests use the face
    "__main__": {"cli"},
    "cli": {"backends.python", "bound", "errors", "mongo", "python", "schema", "sql", "syntax", "values"},
    "testing": {"", "_record", "bound", "errors", "limits", "python", "schema", "syntax"},
}
# In which packages a module from outside the standard library may be imported.
MAY_IMPORT_FOREIGN: dict[str, set[str]] = {
    "lark": {"syntax"},
    "dateutil": {"values", "testing"},
    "bson": {"backends.mongo"},
    "django": {"integrations.django"},
    "sqlalchemy": {"integrations.sqlalchemy"},
    "orjson": {"cli"},
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
    lazy = {found.name for found in SOURCES.imports["syntax.actions"] if found.when == "call"}
    assert "syntax.diagnosis.context" in lazy - loaded_by("syntax.actions")
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
    assert ours == {"_record", "errors", "limits", "syntax"} | {
        f"syntax.{name}" for name in ("actions", "lalr", "lexical", "nodes", "parser", "paths")
    }
    late = {"lark", "dateutil", "dataclasses", "datetime", "decimal", "difflib", "inspect", "json", "pathlib", "uuid"}
    assert not late & set(modules)


PUBLIC = {
    "BindOptions": "options: language limits now schema timezone",
    "Field": "(*, type: FieldType = any, array: bool = False, nullable: bool = True, values: tuple[str, ...] = (), "
    "languages: tuple[str, ...] = (), stored: str | tuple[str, ...] | None = None, storage: Storage | None = None, "
    "column: str | tuple[str | tuple[str, ...], ...] | None = None, relation: Relation | None = None, "
    "folded: str | None = None, binary: bool = False, open: bool = False, filterable: bool = True, "
    "sortable: bool = True, projectable: bool = True, operators: frozenset[Operator] | None = None, "
    "case_sensitive: bool = False, ignore_case: bool = False) -> None",
    "Fields": "(paths, source)",
    "FieldsOptions": "options: always limits schema",
    "LimitExceededError": "QlauseError",
    "Limits": "(q_length, sort_length, fields_length, depth, tests, list_members, path_segments, contains_length)",
    "OperatorNotAllowedError": "QlauseError",
    "Path": "(segments, span)",
    "QlauseError": "(message: str, *, code: str | None = None, text: str | None = None, offset: int | None = None, "
    "length: int = 0, hint: str | None = None, expected: Iterable[str] = ()) -> None",
    "Query": "(root)",
    "QuerySyntaxError": "QlauseError",
    "Relation": "(table: str | tuple[str, ...], on: tuple[tuple[str, str], ...], column: str | tuple[str, ...]) "
    "-> None",
    "Schema": "(fields: Mapping[str, Field | str | Mapping[str, Any]]) -> None",
    "Sort": "(keys, source)",
    "SortKey": "(path, descending, span)",
    "SortOptions": "options: language limits nulls schema strict unique",
    "Transformer": "()",
    "UnknownFieldError": "QlauseError",
    "UnsupportedError": "QlauseError",
    "ValueReadingError": "QlauseError",
    "Visitor": "()",
    "bind": "(query: str | Query, **options: Unpack[BindOptions]) -> BoundQuery",
    "bind_fields": "(fields: str | Fields, **options: Unpack[FieldsOptions]) -> BoundFields",
    "bind_sort": "(sort: str | Sort, **options: Unpack[SortOptions]) -> BoundSort",
    "cached": "(make: Callable[[str], _T], *, size: int = 1024) -> Cached[_T]",
    "field": "(name: str | Path) -> FieldBuilder",
    "parse": "(text: str, *, limits: Limits = Limits()) -> Query",
    "parse_fields": "(text: str, *, limits: Limits = Limits()) -> Fields",
    "parse_sort": "(text: str, *, limits: Limits = Limits(), strict: bool = False) -> Sort",
    "python": "module: after predicate prefilter projector sort_key",
    "python.after": "(sort: str | Sort, cursor: Cursor | None, *, attributes: bool = False, backward: bool = False, "
    "**options: Unpack[SortOptions]) -> Predicate",
    "mongo": "module: after filter projection sort",
    "mongo.after": "(sort: str | Sort, cursor: Cursor | None, *, backward: bool = False, "
    "**options: Unpack[SortOptions]) -> dict[str, Any]",
    "sql": "module: DialectName Fragment ParamStyle after index_ddl order_by select where",
    "sql.after": "(sort: str | Sort, cursor: Cursor | None, dialect: DialectName, *, document: str = doc, "
    "alias: str | None = None, paramstyle: ParamStyle | None = None, backward: bool = False, "
    "**options: Unpack[SortOptions]) -> Fragment",
    "Cursor": "(sort: str, values: tuple[SortValue | None, ...]) -> None",
    "CursorError": "QlauseError",
    "Cursor.of": "(sort: str | Sort, document: Mapping[str, Any], **options: Unpack[SortOptions]) -> Cursor",
    "Cursor.of_row": "(sort: str | Sort, row: Row, *, document: str = doc, **options: Unpack[SortOptions]) -> Cursor",
    "Cursor.encode": "(self, secret: bytes) -> str",
    "Cursor.decode": "(text: str, secret: bytes) -> Cursor",
    "python.predicate": "(query: str | Query, *, attributes: bool = False, **options: Unpack[BindOptions]) "
    "-> Predicate",
    "python.prefilter": "(query: str | Query, **options: Unpack[BindOptions]) -> Callable[[bytes], bool]",
    "python.projector": "(fields: str | Fields, *, attributes: bool = False, **options: Unpack[FieldsOptions]) "
    "-> Callable[[Any], Any]",
    "python.sort_key": "(sort: str | Sort, *, attributes: bool = False, **options: Unpack[SortOptions]) "
    "-> Callable[[Any], Any]",
}


def shape(found: Any) -> str:
    """What a caller can give, in short."""
    if inspect.ismodule(found):
        return f"module: {' '.join(sorted(found.__all__))}"
    if isinstance(found, type) and issubclass(found, qlause.QlauseError) and found is not qlause.QlauseError:
        return "QlauseError"
    if is_typeddict(found):
        return f"options: {' '.join(sorted(found.__annotations__))}"
    fields = getattr(found, "__match_args__", None)
    if fields is not None and not dataclasses.is_dataclass(found):  # a node
        return f"({', '.join(fields)})"
    return str(inspect.signature(found)).replace(repr(qlause.Limits()), "Limits()").replace("'", "")


def test_the_public_surface() -> None:
    names = {name for name in PUBLIC if "." not in name}
    assert set(qlause.__all__) >= names
    backends = set(qlause.__all__) - names
    assert backends <= {"django", "sqlalchemy"}
    assert {name: shape(qlause_name(name)) for name in PUBLIC} == PUBLIC
    assert set(qlause.__all__) <= set(dir(qlause))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        qlause.nothing  # noqa: B018  # it raises


def qlause_name(name: str) -> object:
    found: object = qlause
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_every_public_name_is_documented() -> None:
    for name in qlause.__all__:
        assert (inspect.getdoc(qlause_name(name)) or "").strip(), name
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
