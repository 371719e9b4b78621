"""Six orders of one customer in Django's default database."""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["orders"]


@pytest.fixture
def orders() -> Any:
    from django.db import connections

    from examples.shop.models import Customer, Line, Order

    with connections["default"].schema_editor() as editor:
        for model in (Customer, Order, Line):
            if model._meta.db_table in connections["default"].introspection.table_names():
                editor.delete_model(model)
            editor.create_model(model)
    customer = Customer.objects.create(name="Ann")
    Order.objects.bulk_create([Order(id=number, name=f"n{number}", customer=customer) for number in range(1, 7)])
    return Order
