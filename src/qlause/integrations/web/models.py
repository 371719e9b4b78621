"""Pydantic models of what a list endpoint returns: of each item the fields that the request asked for."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from decimal import Decimal
from functools import lru_cache
from inspect import signature
from types import UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, WithJsonSchema, create_model
from pydantic.fields import FieldInfo

__all__ = ["envelope_of", "partial"]

_Made = dict[type[BaseModel], "type[BaseModel] | None"]
"""The partial model of each model; None while it is being made."""


@lru_cache(maxsize=256)
def partial(model: type[BaseModel]) -> type[BaseModel]:
    """Make the model of an item: the fields of a model, of which none is required, nor of the models in it.

    Decimals are numbers in its JSON Schema, because a response writes them as numbers.
    """
    made: _Made = {}
    found = _made(model, made)
    names = {each.__name__: each for each in made.values() if each is not None}
    for each in names.values():
        each.model_rebuild(force=True, _types_namespace=names)
    return found


@lru_cache(maxsize=256)
def envelope_of(model: type[BaseModel]) -> type[BaseModel]:
    """Make the model of a page in an envelope, see :meth:`qlause.Page.envelope`."""
    link: Any = (str | None, ...)
    total: Any = (int, 0)
    items: Any = (list[partial(model)], ...)  # type: ignore[misc]  # a class that is made here
    fields = {"items": items, "next": link, "previous": link, "total": total}
    config: Any = {"json_schema_extra": _without_default}
    made: type[BaseModel] = create_model(f"{model.__name__}Page", __config__=config, **fields)
    return made


def _made(model: type[BaseModel], made: _Made) -> type[BaseModel]:
    made[model] = None
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        optional = copy(info)
        optional.annotation = _partial_type(info.annotation, made)
        optional.default, optional.default_factory = FieldInfo().default, _absent
        optional._attributes_set = {**info._attributes_set, "default_factory": _absent}
        optional._attributes_set.pop("default", None)
        optional._attributes_set.pop("annotation", None)
        fields[name] = (optional.annotation, optional)
    # What the model computes and checks of several fields needs them all, so it is not in the partial one.
    config: Any = {
        **model.model_config,
        "json_schema_extra": _nothing_required(model.model_config.get("json_schema_extra")),
    }
    found: type[BaseModel] = create_model(f"Partial{model.__name__}", __config__=config, **fields)
    made[model] = found
    return found


def _absent() -> None:
    """The value of a field that was not asked for. A factory, because JSON Schema would show a default."""


def _nothing_required(more: Any) -> Callable[[dict[str, Any], Any], None]:
    """What changes the JSON Schema of a model, after what its author changes in it."""

    def change(schema: dict[str, Any], model: Any) -> None:
        if callable(more):
            more(*(schema, model)[: len(signature(more).parameters)])
        else:
            schema.update(more or {})
        schema.pop("required", None)

    return change


def _without_default(schema: dict[str, Any]) -> None:
    schema["properties"]["total"].pop("default", None)


def _partial_type(annotation: Any, made: _Made) -> Any:
    """A type with the partial models in it."""
    if annotation is Decimal:
        return Annotated[Decimal, WithJsonSchema({"type": "number"})]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and not issubclass(annotation, RootModel):
        if annotation in made:
            return made[annotation] or ForwardRef(f"Partial{annotation.__name__}")
        return _made(annotation, made)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if not arguments or origin is Literal:
        return annotation
    if origin is Annotated:
        return Annotated[(_partial_type(arguments[0], made), *arguments[1:])]
    inner = tuple(each if isinstance(each, list) else _partial_type(each, made) for each in arguments)
    return Union[inner] if origin in (Union, UnionType) else origin[inner]  # noqa: UP007  # of types that are not known here
