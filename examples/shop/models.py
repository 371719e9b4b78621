"""Orders of customers, with their lines."""

from __future__ import annotations

from django.db import models


class Customer(models.Model):  # type: ignore[misc]  # Django has no types
    name = models.CharField(max_length=40)


class Order(models.Model):  # type: ignore[misc]  # Django has no types
    name = models.CharField(max_length=40, null=True)
    qty = models.BigIntegerField(null=True)
    price = models.DecimalField(null=True, max_digits=12, decimal_places=2)
    active = models.BooleanField(null=True)
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    opens = models.TimeField(null=True)
    ref = models.UUIDField(null=True)
    status = models.CharField(max_length=4, null=True, choices=[("OPEN", "open"), ("DONE", "done")])
    data = models.JSONField(null=True)
    secret = models.CharField(max_length=40, default="hush")
    wait = models.DurationField(null=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE)


class Line(models.Model):  # type: ignore[misc]  # Django has no types
    order = models.ForeignKey(Order, related_name="lines", on_delete=models.CASCADE)
    sku = models.CharField(max_length=20)
    qty = models.IntegerField(null=True)
