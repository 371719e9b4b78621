"""The keys by which SQLAlchemy keeps our statements, and what it does with the constants beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    lambda_stmt,
    make_url,
    select,
)
from sqlalchemy import column as light_column
from sqlalchemy import table as light_table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import CompileError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
    with_loader_criteria,
)

from qlause import Field, Relation, Schema, parse_sort
from qlause import sqlalchemy as qs
from qlause.integrations.sqlalchemy import expressions

from .sqlalchemy_tables import Base, Order

SCHEMA: Final = qs.schema_of(Order, exclude=["secret"], relations=["lines", "customer"])


def _key(*elements: Any) -> Any:
    statement = select(Order.id).where(*elements)
    return statement._generate_cache_key()


def _where(q: str, **options: Any) -> Any:
    return qs.where(q, options.pop("source", Order), **{"schema": SCHEMA, **options})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name:a", "name:b"),
        ("qty:1", "qty:-20"),
        ("price:1.5", "price:-0.25"),
        ("name:(a,b)", "name:(c,d)"),
        ("at:>2019-01-06T10:29:30Z", "at:>2020-01-06T10:29:31Z"),
        ("lines.sku:~a OR NOT data.a:b", "lines.sku:~c OR NOT data.a:d"),
    ],
)
def test_one_key_for_queries_of_one_structure(one: str, other: str) -> None:
    assert _key(_where(one)) == _key(_where(other))
    assert _key(_where(one)).bindparams[0].value != _key(_where(other)).bindparams[0].value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name:a", "status:OPEN"),
        ("qty:1", "qty:>1"),
        ("qty:>1", "qty:>=1"),
        ("name:~a", "name:~a$"),
        ("qty:1", "NOT qty:1"),
        ("qty:1", "qty:(1,2)"),
        ("qty:1", "qty:missing"),
        ("active:true", "active:false"),
        ("price:1", "price:1.5"),
        ("data.a:1", "data.a:true"),
        ("data.a:1", "data.b:1"),
        ("data.a:1", 'data.a:"1"'),
        ("lines.sku:a", "customer.name:a"),
        ("lines.qty:1", "qty:1"),
        ("name:a", 'name:""'),
        ('name:"\\u0000"', 'name:"\\u0000\\u0000"'),
        ("qty:9223372036854775807", "qty:9223372036854775806"),
        ("name:a qty:1", "name:a OR qty:1"),
        ("name:a (qty:1 OR qty:>2)", "(name:a qty:1) OR qty:>2"),
    ],
)
def test_another_key_for_another_structure(one: str, other: str) -> None:
    assert _key(_where(one)) != _key(_where(other))


def test_another_key_for_another_source() -> None:
    assert _key(_where("qty:1")) != _key(_where("qty:1", source=aliased(Order)))
    one, other = aliased(Order), aliased(Order)
    assert _key(_where("qty:1", source=one), one.id == 1) != _key(_where("qty:1", source=other), one.id == 1)
    condition = _where("qty:1")
    assert _key(condition, condition) != _key(condition, _where("qty:1")), "two parameters, not one"
    assert _key(_where("a:1", schema=None, document="data")) != _key(_where("a:1", schema=None, document="name"))


def test_another_key_for_another_type_of_column_or_field() -> None:
    def key(kind: Any, **field: Any) -> Any:
        source = light_table("t", light_column("a", kind))
        return qs.where(
            "a.b:x", source, schema=Schema({"a.b": {"type": "any", "column": ("a", "b"), **field}})
        )._generate_cache_key()

    keys = [
        key(JSON()),
        key(JSON().with_variant(JSONB(), "postgresql")),
        key(JSONB()),
        key(JSON(), column=("a", "c")),
        key(JSON(), type="string"),
        key(JSON(), type="string", case_sensitive=True, ignore_case=True),
        key(Text(), type="string", column="a"),
        key(String(5), type="string", column="a"),
    ]
    assert all(one is not None for one in keys[:5])
    keys = [one for one in keys if one is not None]
    assert all(one != other for number, one in enumerate(keys) for other in keys[:number])
    assert key(JSON()) == keys[0]


def test_another_key_for_another_relation() -> None:
    def key(relation: Relation) -> Any:
        table = Base.metadata.tables["sa_orders"]
        field = Field(type="string", array=True, relation=relation)
        return _key(qs.where("sku:a", table, schema=qs.schema_of(table, only=["id"], fields={"sku": field})))

    first = Relation("sa_lines", (("order_id", "id"),), "sku")
    others = (
        Relation("sa_customers", (("order_id", "id"),), "sku"),
        Relation("sa_lines", (("id", "id"),), "sku"),
        Relation("sa_lines", (("order_id", "qty"),), "sku"),
        Relation("sa_lines", (("order_id", "id"),), "id"),
    )
    assert key(first) == key(Relation("sa_lines", (("order_id", "id"),), "sku"))
    assert all(key(first) != key(other) for other in others)


def test_keys_of_sorts() -> None:
    def key(sort: Any, **options: Any) -> Any:
        terms = qs.order_by(sort, Order, **{"schema": SCHEMA, **options})
        return select(Order.id).order_by(*terms)._generate_cache_key()

    assert key("name") == key("name") == key(parse_sort("name"))
    others = [
        key("name"),
        key("name:desc"),
        key("qty"),
        key("name", nulls="last"),
        key("name,qty:desc", backward=True),
        key("name", unique=None),
        key("data.a"),
        key("data.b"),
        key("data.a", nulls="last"),
        key("a", schema=None, document="data"),
        key("a", schema=None, document="name"),
        key("", schema=Schema({"a": "string"}), document="data", unique="a"),
        key("", schema=Schema({"b": "string"}), document="data", unique="a"),
    ]
    assert all(other is not None for other in others)
    assert all(one != other for number, one in enumerate(others) for other in others[:number])


def test_what_depends_on_values_has_no_key() -> None:
    listed = ",".join(f"n{number}" for number in range(200))
    for q in ("name:~^a", f"name:({listed})"):
        assert _key(_where(q)) is None
    cursor = qs.cursor_of("name", Order(id=1, name="x"), Order, schema=SCHEMA)
    assert _key(qs.after("name", cursor, Order, schema=SCHEMA)) is None


def test_a_text_for_all_values_is_not_made_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a dialect ever look at a value where SQLAlchemy keeps the text, it is an error, not another's rows."""
    monkeypatch.setattr(expressions, "_asks_for_values", lambda _: False)
    with pytest.raises(AssertionError, match="the text is kept for all values"):
        _where("name:~^a").compile(dialect=sqlite.dialect())


@pytest.mark.parametrize("dialect", [make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql")])
def test_compiled_params_are_what_a_driver_gets(dialect: Any) -> None:
    condition = _where('name:~"a%b" qty:(1,2) data.a:1.5')
    compiled: Any = condition.compile(dialect=dialect)
    processors = compiled._bind_processors
    for name, value in compiled.params.items():
        assert not isinstance(value, tuple), "no constants of the whole query"
        assert processors.get(name, lambda value: value)(value) == value
    assert {1, 2} <= {*compiled.params.values()}
    with pytest.raises(CompileError, match="literal"):
        condition.compile(dialect=dialect, compile_kwargs={"literal_binds": True})


def test_keys_of_results_that_are_kept_by_text_and_parameters() -> None:
    """As the caching that SQLAlchemy's examples show does it."""

    def key(*elements: Any, order: str = "") -> str:
        statement = select(Order.id).where(*elements).order_by(*qs.order_by(order, Order, schema=SCHEMA))
        found = statement._generate_cache_key()
        assert found is not None
        return found.to_offline_string({}, statement, {})

    different = [
        key(_where("data.a:1")),
        key(_where("data.b:1")),
        key(_where("data.a:2")),
        key(_where("data.a:1.0")),
        key(_where("data.a:true")),
        key(_where('data.a:"1"')),
        key(_where('name:""')),
        key(_where('name:"\\u0000"')),
        key(_where("qty:0")),
        key(order="data.a"),
        key(order="data.b"),
    ]
    assert len(set(different)) == len(different)
    assert key(_where("data.a:1")) == different[0]


class _Base(DeclarativeBase):
    pass


class _Parent(_Base):
    __tablename__ = "parents"
    id: Mapped[int] = mapped_column(primary_key=True)
    children: Mapped[list[_Child]] = relationship()


class _Child(_Base):
    __tablename__ = "children"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id"))
    name: Mapped[str]


_CHILDREN: Final = qs.schema_of(_Child)


@pytest.fixture
def family() -> Iterator[Session]:
    opened = create_engine("sqlite://")
    _Base.metadata.create_all(opened)
    with Session(opened) as session:
        session.add(_Parent(id=1, children=[_Child(id=number, name=f"n{number}") for number in range(6)]))
        session.flush()
        yield session
    opened.dispose()


def _children(session: Session, *options: Any) -> list[int]:
    session.expunge_all()
    (parent,) = session.scalars(select(_Parent).options(*options)).unique()
    return sorted(child.id for child in parent.children)


@pytest.mark.parametrize("load", [selectinload, joinedload, subqueryload, lazyload])
def test_criteria_of_loader_options(family: Session, load: Callable[..., Any]) -> None:
    for number in (1, 3, 1, 5):
        condition = qs.where(f"id:<={number} name:(n0,n{number})", _Child, schema=_CHILDREN)
        assert _children(family, load(_Parent.children.and_(condition))) == [0, number]
        assert _children(family, load(_Parent.children.and_(~condition))) == [*{1, 2, 3, 4, 5} - {number}]


def test_criteria_of_all_loaders(family: Session) -> None:
    for q, expected in (("id:<=1", [0, 1]), ("id:<=3", [0, 1, 2, 3]), ("name:~^n5", [5]), ("name:~^n4", [4])):
        condition = qs.where(q, _Child, schema=_CHILDREN)
        option = with_loader_criteria(_Child, condition)
        assert _children(family, selectinload(_Parent.children), option) == expected
        assert _children(family, option) == expected, "loaded when it is asked for"


@pytest.mark.parametrize("number", [2, 4])
def test_constants_that_sqlalchemy_swaps_while_it_compiles(family: Session, number: int) -> None:
    """A kept condition with the constants of a new one, in a statement that is itself not kept."""
    first, second = (
        qs.where(f"id:>=1 id:<={last} name:(n0,n{last})", _Child, schema=_CHILDREN) for last in (3, number)
    )
    kept, new = (select(_Child.id).where(condition)._generate_cache_key() for condition in (first, second))
    assert kept is not None
    assert kept == new
    swapped = new._apply_params_to_element(kept, first)
    caches: tuple[dict[Any, Any] | None, ...] = ({}, None)
    for cache in caches:
        for condition, expected in (
            (swapped, [number]),
            (swapped & swapped, [number]),
            (~swapped, [*{0, 1, 2, 3, 4, 5} - {number}]),
        ):
            statement = select(_Child.id).where(condition).order_by(_Child.id)
            assert family.scalars(statement, execution_options={"compiled_cache": cache}).all() == expected


def test_lambda_statements(family: Session) -> None:
    for number in (1, 3, 5):
        condition = qs.where(f"id:{number}", _Child, schema=_CHILDREN)
        statement = lambda_stmt(lambda: select(_Child.id))
        statement += lambda chosen: chosen.where(condition)  # noqa: B023  # SQLAlchemy looks at it at once
        assert family.scalars(statement).all() == [number]


def test_two_tables_of_one_name() -> None:
    """Columns are those of a table, not of a name."""
    keys = []
    for _ in range(2):
        table = Table("same", MetaData(), Column("id", Integer, primary_key=True), Column("a", String))
        keys.append(select(table.c.id).where(qs.where("a:x", table, schema=qs.schema_of(table)))._generate_cache_key())
    assert keys[0] != keys[1]
