"""Schemas drawn from tables of SQLAlchemy and models of Django: pages over awkward, nullable and joined columns."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

import pytest
import sqlalchemy as sa
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engines import orm
from engines.orm import ORM_DIALECTS, OrmDialect, django_alias
from qlause import Cursor, Path, Schema, python
from qlause import sqlalchemy as qs
from qlause.testing import sorts
from tests.profiles import THOROUGH

from .awkward_columns import AWKWARD, Awkward
from .awkward_django_columns import AWKWARD as DJANGO_AWKWARD
from .awkward_django_columns import create_collation
from .walks import walked

_NUMBERS: Final[Iterator[int]] = count(1)
"""For names of tables: a statement that is kept must not change its types."""
_drawn = settings(
    max_examples=int(os.environ.get("QLAUSE_DRAWN_SCHEMAS", 60 if THOROUGH else 6)),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@st.composite
def _columns(draw: st.DrawFn, awkward: Mapping[str, Any], dialect: OrmDialect, most: int) -> list[Any]:
    """Some columns whose order is that of rule 20."""
    names = [
        name for name, case in awkward.items() if dialect in case.on and case.reference and name != "GeneratedField"
    ]
    return [awkward[name] for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))]


@st.composite
def _cells(draw: st.DrawFn, cases: Sequence[Any], nullable: Sequence[bool]) -> list[Any]:
    """A row of values of these columns."""
    return [
        draw(st.sampled_from([value for value in case.values if may_be_null or value is not None]))
        for case, may_be_null in zip(cases, nullable, strict=True)
    ]


def _table(name: str, cases: Sequence[Awkward], nullable: Sequence[bool], prefix: str, *more: Any) -> sa.Table:
    columns = [
        sa.Column(f"{prefix}{number}", case.kind, nullable=may_be_null)
        for number, (case, may_be_null) in enumerate(zip(cases, nullable, strict=True))
    ]
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    return sa.Table(name, sa.MetaData() if not more else more[0], key, *columns, *more[1:])


@pytest.mark.parametrize("dialect", ORM_DIALECTS)
@given(data=st.data())
@_drawn
def test_pages_of_sqlalchemy_are_the_sorted_rows(dialect: OrmDialect, data: st.DataObject) -> None:
    engine, metadata, number = orm.sqlalchemy_engine(dialect), sa.MetaData(), next(_NUMBERS)
    own, there = (data.draw(_columns(AWKWARD, dialect, 2)) for _ in range(2))
    own_null, there_null = (
        data.draw(st.lists(st.booleans(), min_size=len(each), max_size=len(each))) for each in (own, there)
    )
    other = _table(f"drawn_other_{number}", there, there_null, "b", metadata)
    to_other: sa.Column[int] = sa.Column("other_id", sa.ForeignKey(other.c.id))
    main = _table(f"drawn_main_{number}", own, own_null, "a", metadata, to_other)
    others = [{"id": each, **_named("b", data.draw(_cells(there, there_null)))} for each in range(1, 4)]
    mains = [
        {
            "id": each,
            "other_id": data.draw(st.sampled_from((None, 1, 2, 3))),
            **_named("a", data.draw(_cells(own, own_null))),
        }
        for each in range(1, 8)
    ]
    with engine.begin() as connection:
        if dialect == "postgresql":
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS citext"))
        metadata.create_all(connection)
        connection.execute(other.insert(), others)
        connection.execute(main.insert(), mains)
    joined = sa.select(main, *[column for column in other.c if column.key != "id"]).select_from(main.outerjoin(other))
    source = data.draw(
        st.sampled_from([main, main.alias(), joined.subquery(), joined.cte(), sa.union_all(joined).subquery("u")])
    )
    schema = qs.schema_of(source)
    shown = {
        f"{prefix}{place}": case.shown
        for prefix, cases in (("a", own), ("b", there))
        for place, case in enumerate(cases)
    }
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(source)).all()
            documents = [
                {name: shown.get(name, _same)(value) for name, value in row._mapping.items() if value is not None}
                for row in rows
            ]

            def page(sort: Any, cursor: Cursor | None, backward: bool, options: Any) -> Any:
                behind = qs.after(sort, cursor, source, backward=backward, **options)
                order = qs.order_by(sort, source, backward=backward, **options)
                return connection.execute(sa.select(source).where(behind).order_by(*order).limit(2))

            _check(data, schema, documents, page, lambda sort, row, options: qs.cursor_of(sort, row, source, **options))
    finally:
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):  # their types may be those of other tables too
                connection.execute(sa.text(f"DROP TABLE {table.name}"))


@pytest.mark.parametrize("dialect", ORM_DIALECTS)
@given(data=st.data())
@_drawn
def test_pages_of_django_are_the_sorted_objects(dialect: OrmDialect, data: st.DataObject) -> None:
    alias, number = django_alias(dialect), next(_NUMBERS)
    from django.db import models

    from qlause import django as qd

    def model(name: str, prefix: str, cases: Sequence[Any], **more: Any) -> Any:
        fields = {f"{prefix}{place}": case.field.clone() for place, case in enumerate(cases)}
        meta = type("Meta", (), {"app_label": "shop"})
        key = models.IntegerField(primary_key=True)
        return type(
            f"{name}{number}", (models.Model,), {"__module__": __name__, "Meta": meta, "id": key, **fields, **more}
        )

    own, there = (data.draw(_columns(DJANGO_AWKWARD, dialect, 2)) for _ in range(2))
    other = model("DrawnOther", "b", there)
    to_other = models.ForeignKey(other, null=True, on_delete=models.CASCADE)
    main = model("DrawnMain", "a", own, other=to_other)
    if dialect == "postgresql":
        create_collation(alias)
    with connections[alias].schema_editor() as editor:
        editor.create_model(other)
        editor.create_model(main)
    try:
        for each in range(1, 4):
            other.objects.using(alias).create(id=each, **_named("b", data.draw(_cells(there, [True] * len(there)))))
        for each in range(1, 8):
            cells = _named("a", data.draw(_cells(own, [True] * len(own))))
            main.objects.using(alias).create(id=each, other_id=data.draw(st.sampled_from((None, 1, 2, 3))), **cells)
        schema = qd.schema_of(main, relations=["other"])
        objects = main.objects.using(alias).select_related("other")
        documents = [_document(row, schema) for row in objects]

        def page(sort: Any, cursor: Cursor | None, backward: bool, options: Any) -> Any:
            behind = qd.after(sort, cursor, backward=backward, **options)
            return objects.filter(behind).order_by(*qd.order_by(sort, backward=backward, **options))[:2]

        _check(data, schema, documents, page, lambda sort, row, options: qd.cursor_of(sort, row, **options))
    finally:
        with connections[alias].schema_editor() as editor:
            editor.delete_model(main)
            editor.delete_model(other)


def _check(data: st.DataObject, schema: Schema, documents: Sequence[Any], page: Any, cursor_of: Any) -> None:
    """Walk the pages of some sorts in both directions."""
    for sort in data.draw(st.lists(sorts(schema), min_size=2, max_size=2)):
        options: Any = {"schema": schema, "nulls": data.draw(st.sampled_from((None, "first", "last")))}
        # The primary key is appended where it is; a subquery has none.
        options["unique"] = "id"
        wanted = [each["id"] for each in sorted(documents, key=python.sort_key(sort, **options))]
        for backward in (False, True):
            found = walked(
                lambda cursor: page(sort, cursor, backward, options),  # noqa: B023  # called at once
                lambda row: cursor_of(sort, row, options),  # noqa: B023  # called in this turn of the loop
                2,
                len(documents),
            )
            assert [row.id for row in found] == wanted[:: -1 if backward else 1], (
                str(sort),
                options,
                backward,
                documents,
            )


def _named(prefix: str, cells: Sequence[Any]) -> dict[str, Any]:
    return {f"{prefix}{place}": cell for place, cell in enumerate(cells)}


def _same(value: Any) -> Any:
    return value


def _document(row: Any, schema: Schema) -> dict[str, Any]:
    """The document that an object of Django stands for."""
    document: dict[str, Any] = {}
    for path, _ in schema:
        value, inner = row, document
        for step in path.segments:
            value = None if value is None else getattr(value, step)
        value = getattr(value, "name", value)  # of a file
        if value is not None:
            for step in path.segments[:-1]:
                inner = inner.setdefault(step, {})
            inner[Path(path.segments).segments[-1]] = value
    return document
