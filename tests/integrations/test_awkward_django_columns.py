"""Columns of every type of Django that is a field, with values that are awkward for it: orders and pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from engines.orm import ORM_DIALECTS, OrmDialect, django_alias
from qlause import Cursor, UnsupportedError, python

from .walks import walked

django_alias("sqlite")

from django.db import models  # noqa: E402  # once Django is set up

from qlause import django as qd  # noqa: E402  # once Django is set up

from .awkward_django_columns import AWKWARD, CHOICES, create_collation  # noqa: E402  # once Django is set up


@cache
def _model(name: str) -> Any:
    """A model of a primary key and the field."""
    number = [*AWKWARD].index(name)
    meta = type("Meta", (), {"app_label": "shop"})
    attributes = {"__module__": __name__, "Meta": meta, "a": AWKWARD[name].field}
    return type(f"Awkward{number}", (models.Model,), {**attributes, "id": models.IntegerField(primary_key=True)})


def _filled(dialect: OrmDialect, name: str) -> Any:
    alias, model, case = django_alias(dialect), _model(name), AWKWARD[name]
    connection = connections[alias]
    if dialect == "postgresql":
        create_collation(alias)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {model._meta.db_table}")
    with connection.schema_editor() as editor:
        editor.create_model(model)
    is_generated = isinstance(case.field, models.GeneratedField)
    rows = [{"id": number} if is_generated else {"id": number, "a": value} for number, value in enumerate(case.values)]
    model.objects.using(alias).bulk_create([model(**row) for row in rows])
    return model.objects.using(alias)


@pytest.mark.parametrize(
    ("dialect", "name"),
    [(dialect, name) for dialect in ORM_DIALECTS for name, case in AWKWARD.items() if dialect in case.on],
)
def test_pages_are_all_rows_in_their_order(dialect: OrmDialect, name: str) -> None:
    objects = _filled(dialect, name)
    schema = qd.schema_of(_model(name))
    assert len(schema) == 2
    rows = list(objects.all())
    values = [(row.id, getattr(row.a, "name", row.a)) for row in rows]
    documents = [{"id": number} if value is None else {"id": number, "a": value} for number, value in values]
    for sort in ("a", "a:desc", "a,id:desc"):
        for nulls in (None, "first", "last"):
            options: Any = {"schema": schema, "nulls": nulls}
            for backward in (False, True):
                order = qd.order_by(sort, backward=backward, **options)
                wanted = list(objects.order_by(*order).values_list("id", flat=True))
                if AWKWARD[name].reference:
                    by_rule = [each["id"] for each in sorted(documents, key=python.sort_key(sort, **options))]
                    assert wanted == by_rule[:: -1 if backward else 1], (sort, nulls, backward)
                found = _paged(objects, sort, len(rows), backward=backward, **options)
                assert found == wanted, (sort, nulls, backward)


def _paged(objects: Any, sort: str, most: int, *, backward: bool, **options: Any) -> list[int]:
    """The numbers of the rows of all pages of two."""
    order = qd.order_by(sort, backward=backward, **options)

    def page_after(cursor: Cursor | None) -> Any:
        return objects.filter(qd.after(sort, cursor, backward=backward, **options)).order_by(*order)[:2]

    return [row.id for row in walked(page_after, lambda row: qd.cursor_of(sort, row, **options), 2, most)]


def test_decimals_that_sqlite_cannot_hold_are_refused() -> None:
    model = _model("wide DecimalField")
    schema = qd.schema_of(model)
    ordered = model.objects.order_by(*qd.order_by("a", schema=schema))
    cursor = qd.cursor_of("a", {"pk": 1, "a": Decimal(1)}, schema=schema)
    for asked in (ordered, model.objects.filter(qd.after("a", cursor, schema=schema))):
        with pytest.raises(UnsupportedError, match="SQLite keeps 15 digits of a decimal") as caught:
            str(asked.query)
        assert caught.value.code == "not_ordered"


@pytest.mark.parametrize(
    ("item", "values", "literal"),
    [
        (models.CharField(max_length=1, choices=CHOICES), [["a"], ["b", "a"], [], None], "a"),
        (models.UUIDField(), [[UUID(int=1)], [], None], str(UUID(int=1))),
        (models.DecimalField(max_digits=4, decimal_places=1), [[Decimal("0.5")], None], "0.5"),
        (models.BooleanField(), [[True], [False], None], "true"),
        (models.DateField(), [[date(2024, 1, 1)], None], "2024-01-01"),
        (models.TimeField(), [[time(1)], None], "01:00"),
    ],
)
def test_an_array_of_any_type_takes_every_query(item: Any, values: Sequence[Any], literal: str) -> None:
    alias = django_alias("postgresql")
    name = f"Array{item.get_internal_type()}"
    attributes: dict[str, Any] = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "shop"})}
    from django.contrib.postgres.fields import ArrayField  # needs the driver of PostgreSQL

    model: Any = type(name, (models.Model,), {**attributes, "a": ArrayField(item, null=True)})
    with connections[alias].schema_editor() as editor:
        editor.create_model(model)
    try:
        objects = model.objects.using(alias)
        objects.bulk_create([model(id=number, a=value) for number, value in enumerate(values)])
        schema = qd.schema_of(model)
        matching = {number for number, value in enumerate(values) if value and value[-1] == values[0][0]}
        for test in (literal, f"({literal}, {literal})"):
            quoted = test.replace(literal, f'"{literal}"') if ":" in literal else test
            for sign, wanted in (("", matching), ("NOT ", {*range(len(values))} - matching)):
                found = objects.filter(qd.where(f"{sign}a:{quoted}", schema=schema))
                assert set(found.values_list("id", flat=True)) == wanted, (sign, quoted)
    finally:
        with connections[alias].schema_editor() as editor:
            editor.delete_model(model)
