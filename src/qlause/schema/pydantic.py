"""A pydantic model → the fields of a Schema, by way of its JSON Schema."""

from __future__ import annotations

from typing import Any

from .field import Field
from .json_schema import fields_of_json_schema

__all__ = ["fields_of_pydantic"]


def fields_of_pydantic(model: type[Any]) -> dict[tuple[str, ...], Field]:
    """The fields of a pydantic model class, by their aliases. Raises ValueError as :func:`fields_of_json_schema` does.

    The model describes itself, so pydantic is not imported here.
    """
    return fields_of_json_schema(model.model_json_schema(mode="validation"))
