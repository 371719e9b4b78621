"""Serializers that leave out the fields that a request does not ask for."""

from __future__ import annotations

from typing import Any

from .requests import public_fields, request_of

__all__ = ["FieldsMixin"]


class FieldsMixin:
    """Lets a serializer leave out the fields that ``fields`` does not ask for, before a row is read.

    Put it before the class of the serializer, and of nested serializers too::

        class OrderSerializer(FieldsMixin, ModelSerializer):
            ...

    Only lists of views with a ``listing`` are concerned. A field's name in the serializer is its name in the schema.
    """

    def get_fields(self) -> dict[str, Any]:
        """The fields that are asked for, as Django REST framework asks for them."""
        fields: dict[str, Any] = super().get_fields()  # type: ignore[misc]  # the serializer's
        root, path = _place(self)
        context = root.context
        request, view = context.get("request"), context.get("view")
        read = request_of(request)
        if read is None or view is None or type(getattr(root, "child", root)) is not view.get_serializer_class():
            return fields
        asked = public_fields(read)
        return {
            name: field
            for name, field in fields.items()
            if not any((*path, name)[: len(keys)] == keys for keys in asked.exclude)
            and (asked.include is None or any(_overlap((*path, name), keys) for keys in asked.include))
        }


def _place(serializer: Any) -> tuple[Any, tuple[str, ...]]:
    """The outermost serializer, and the names of fields that lead from it to this one."""
    names: list[str] = []
    while serializer.parent is not None:
        if serializer.field_name:  # that of a serializer below a list of them is empty
            names.append(serializer.field_name)
        serializer = serializer.parent
    return serializer, tuple(reversed(names))


def _overlap(path: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    """Whether one leads to the other."""
    length = min(len(path), len(keys))
    return path[:length] == keys[:length]
