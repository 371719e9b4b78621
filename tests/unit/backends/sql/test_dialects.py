"""The table of dialects, and what is made of it: classes, drivers, extras, pages."""

from __future__ import annotations

import re
import runpy
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final, get_args

import pytest

from engines.orm import ORM_DIALECTS
from qlause import UnsupportedError, sql
from qlause.backends.sql import dialects
from qlause.backends.sql.dialects import DIALECTS, DialectName, DialectRow, base, dialect_named
from qlause.backends.sql.dialects.base import Dialect
from qlause.backends.sql.paramstyles import STYLES
from qlause.integrations.orm_dialects import orm_dialect

ROOT: Final = Path(__file__).parents[4]
EXTRAS: Final[dict[str, list[str]]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]

every_row = pytest.mark.parametrize(("name", "row"), DIALECTS.items(), ids=list(DIALECTS))


def packages(extra: str) -> set[str]:
    """The packages that an extra installs, by the names of their modules, with those of the extras that it names."""
    found = set()
    for requirement in EXTRAS[extra]:
        if nested := re.fullmatch(r"qlause\[(.+)\]", requirement):
            found |= {package for name in nested[1].split(",") for package in packages(name)}
        else:
            found.add(re.split(r"[\[<>=]", requirement)[0].replace("-", "_"))
    return found


# the table


def test_type_checkers_know_the_names_of_the_table() -> None:
    assert get_args(DialectName) == tuple(DIALECTS)


def test_every_module_of_a_dialect_has_a_row() -> None:
    modules = [import_module(f"{dialects.__name__}.{file.stem}") for file in Path(dialects.__path__[0]).glob("*.py")]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    assert {value.name for value in classes if issubclass(value, Dialect) and value is not Dialect} == set(DIALECTS)


@every_row
def test_the_class_of_a_row(name: DialectName, row: DialectRow) -> None:
    dialect = dialect_named(name)
    assert type(dialect).__name__ == row.engine
    assert dialect.name == name
    assert dialect.style == row.paramstyle


@every_row
def test_every_driver_has_a_paramstyle_and_is_installed_by_an_extra(name: DialectName, row: DialectRow) -> None:
    assert set(row.drivers.values()) <= set(STYLES)
    assert set(row.drivers) - {"sqlite3"} <= packages("engines")
    assert row.extra is None or packages(row.extra) & set(row.drivers)
    assert import_module(f"engines.{name}").DRIVER in row.drivers


def test_the_orms_know_their_dialects() -> None:
    orm_names = [name for name, row in DIALECTS.items() if row.in_orms]
    assert set(ORM_DIALECTS) <= set(orm_names)
    for name in orm_names:
        assert orm_dialect(name, is_mariadb=False, question_marks=False, native_uuid=True).name == name
    with pytest.raises(UnsupportedError, match="no SQL for oracle") as refused:
        orm_dialect("oracle", is_mariadb=False, question_marks=False, native_uuid=True)
    assert refused.value.hint == f"qlause writes SQL for {', '.join(orm_names)}"


def test_unknown_names_are_refused_with_those_that_there_are() -> None:
    nothing: Any = "oracle"
    with pytest.raises(ValueError, match=f"no dialect 'oracle'; there are {', '.join(DIALECTS)}"):
        sql.where("a:1", nothing)
    with pytest.raises(ValueError, match=f"no paramstyle 'oracle'; there are {', '.join(STYLES)}"):
        sql.where("a:1", "sqlite", paramstyle=nothing)


# the base class


def test_a_dialect_that_lacks_a_method_cannot_be_made() -> None:
    class Lacking(Dialect):
        name: ClassVar[str] = "lacking"

        def fold(self, text: Any) -> Any: ...

    lacking: Any = Lacking
    with pytest.raises(TypeError, match=r"abstract methods? .*some_candidate"):
        lacking("qmark")


def test_the_base_class_lists_what_a_dialect_must_write() -> None:
    rows = [line.split("|")[3] for line in (base.__doc__ or "").splitlines() if line.startswith("| ")]
    assert {name for row in rows for name in re.findall(r"``(\w+)``", row)} == Dialect.__abstractmethods__ | {"name"}


# the documentation


def test_the_table_in_the_documentation_is_up_to_date() -> None:
    """If not: ``python docs/make_dialects.py``."""
    script = runpy.run_path(str(ROOT / "docs" / "make_dialects.py"))
    assert script["PAGE"].read_text(encoding="utf-8") == script["page"]()


@every_row
def test_the_page_of_a_dialect_and_its_module_say_which_version(name: DialectName, row: DialectRow) -> None:
    page = (ROOT / "docs" / f"{name}.md").read_text("utf-8")
    assert f"{row.engine} {row.oldest} or later" in page
    module = import_module(f"{dialects.__name__}.{name}")
    assert re.match(rf"{row.engine}( SQL)? {re.escape(row.oldest)} or later", module.__doc__ or "")


@every_row
def test_the_readme_names_the_engine(name: DialectName, row: DialectRow) -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("|") and f"[{row.engine}](docs/{name}.md)" in line]


@every_row
def test_the_page_of_sql_says_which_paramstyle_is_the_default(name: DialectName, row: DialectRow) -> None:
    page = (ROOT / "docs" / "sql.md").read_text("utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith(f"| `{row.paramstyle}` |")]
    assert row.engine in line.split("|")[4], name
