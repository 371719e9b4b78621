"""Relations of models → paths of lookups where each leads to one object, and joins where one leads to several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, ForeignKey, ManyToManyField, ManyToManyRel, ManyToOneRel, Model, OneToOneRel

from ...errors import did_you_mean
from ...schema.storage import Link, Relation

__all__ = ["Way", "field_of", "known_as", "refuse_several", "way_to", "with_transforms"]


@dataclass(frozen=True)
class Way:
    """The way from an object to those of another model."""

    model: type[Model]
    """The model of these objects."""
    lookup: tuple[str, ...] = ()
    """The first steps, each of which leads to one object: Django joins them."""
    nullable: bool = False
    """Whether there may be no object."""
    extends: bool = False
    """Whether the objects are the first one itself, as a model that inherits from its model has it."""
    links: tuple[Link, ...] = field(default=())
    """The tables from the first step on that leads to several objects."""

    def relation(self, column: str) -> Relation:
        """The relation whose value is a column of these objects."""
        *through, (table, on) = self.links
        return Relation(table, on, column, tuple(through))


def way_to(model: type[Model], steps: tuple[str, ...]) -> Way:
    """The way that the names of relations lead from a model.

    Raises ValueError where there is no such relation, or where its rows are not joined by equal columns of tables.
    """
    way = Way(model)
    for name in steps:
        relation = next((each for each in way.model._meta.get_fields() if each.name == name), None)
        match relation:
            case ForeignKey():
                way = _to_one(way, relation.related_model, name, relation.related_fields, nullable=relation.null)
            case OneToOneRel():
                pairs = [(remote, own) for own, remote in relation.field.related_fields]
                extends = bool(relation.parent_link) and (way.extends or not way.lookup)
                way = replace(_to_one(way, relation.related_model, name, pairs, nullable=True), extends=extends)
            case ManyToOneRel():
                pairs = [(remote, own) for own, remote in relation.field.related_fields]
                way = _joined(way, relation.related_model, pairs)
            case ManyToManyField():
                way = _through(way, relation.related_model, relation, backward=False)
            case ManyToManyRel():
                way = _through(way, relation.related_model, relation.field, backward=True)
            case _:
                hint = "that is a foreign key, many to many, or the other side of one"
                raise ValueError(f"{model.__name__} has no relation {'__'.join(steps)} {hint}")
    return way


def _to_one(way: Way, model: Any, name: str, pairs: Any, *, nullable: bool) -> Way:
    if way.links:
        return _joined(way, model, pairs)
    return replace(way, model=model, lookup=(*way.lookup, name), nullable=way.nullable or nullable)


def _joined(way: Way, model: Any, pairs: Any) -> Way:
    """A step to another table; in each pair the own field is first, that of the other model second."""
    on = tuple([(_column(there, model), _parent(way, own)) for own, there in pairs])
    return replace(way, model=model, links=(*way.links, (model._meta.db_table, on)))


def _through(way: Way, model: Any, many: Any, *, backward: bool) -> Way:
    """Two steps: to the table of pairs, and from there to the other model."""
    own = (many.m2m_column_name(), many.m2m_target_field_name())
    other = (many.m2m_reverse_name(), many.m2m_reverse_target_field_name())
    if backward:
        own, other = other, own
    first = ((own[0], _parent(way, way.model._meta.get_field(own[1]))),)
    second = ((_column(model._meta.get_field(other[1]), model), other[0]),)
    return replace(way, model=model, links=(*way.links, (many.m2m_db_table(), first), (model._meta.db_table, second)))


def _parent(way: Way, own: Any) -> str:
    """A field as the join before knows it: by its lookup in the row, by its column in a table."""
    return _column(own, way.model) if way.links else "__".join((*way.lookup, own.attname))


def _column(of: Any, model: Any) -> str:
    """The column of a field. Raises ValueError for one that is in the table of a parent of the model."""
    if of.model._meta.concrete_model is not model._meta.concrete_model:
        raise ValueError(f"{model.__name__}.{of.name} is in the table of {of.model.__name__}, which is not joined")
    return str(of.column)


def refuse_several(model: type[Model], lookup: str) -> None:
    """Raise ValueError for a lookup that leads to several objects: a join would give a row for each of them.

    Names that the model does not have are left to Django.
    """
    steps = lookup.split("__")
    for number, name in enumerate(steps, 1):
        try:
            known = model._meta.get_field(name)
        except FieldDoesNotExist:
            return
        if not known.is_relation or known.related_model is None:
            return
        if known.one_to_many or known.many_to_many:
            relation = "__".join(steps[:number])
            message = f"the column {lookup} leads to several rows: name the relation, as in relations=[{relation!r}]"
            raise ValueError(message)
        model = known.related_model


def _name_of(model: Any, lookup: str) -> str:
    """The one spelling of the lookup of a column: ``customer_id`` for ``customer``, ``customer__id`` and so on.

    Raises ValueError for a lookup that leads to several objects, or that goes on where there is nothing. A name that
    the model does not have may be that of an annotation, so it is left as it is.
    """
    refuse_several(model, lookup)
    field = field_of(model, lookup.partition("__")[0])
    try:
        return lookup if field is None else _known_as(model, field, lookup)
    except ValueError as error:
        raise ValueError(f"the column {lookup} {error}") from None


known_as: Final[Callable[[Any, str], str]] = lru_cache(maxsize=4096)(_name_of)


def _known_as(model: type[Model], field: Any, lookup: str) -> str:
    name, _, rest = lookup.partition("__")
    related: Any = getattr(field, "related_model", None)
    if field.concrete and (not rest or related is None):
        own = model._meta.pk if field.primary_key else field  # which a parent of the model may have, too
        if rest and field.get_transform(rest.partition("__")[0]) is None:
            raise ValueError(f"goes on after {name}, which is no relation")
        return f"{own.attname}__{rest}" if rest else str(own.attname)
    if not rest or related is None:
        return lookup
    there = field_of(related, rest.partition("__")[0])
    if there is None:
        names = sorted(known.name for known in related._meta.get_fields())
        hint = did_you_mean(rest.partition("__")[0], names) or f"there are {', '.join(names)}"
        raise ValueError(f"asks for a field that {related.__name__} does not have; {hint}")
    below = _known_as(related, there, rest)
    if isinstance(field, ForeignKey):
        if below == field.target_field.attname:
            return str(field.attname)
        if field.remote_field.parent_link:
            return below
    return f"{name}__{below}"


def field_of(model: Any, name: str) -> Any:
    """The field or relation of a model with a name, None if there is none."""
    try:
        return model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def with_transforms(queryset: Any, names: Iterable[str]) -> Any:
    """The queryset, with each name that goes on after a column (``at__year``) as an annotation of that name.

    The names are those of ``known_as``. Only the database can tell such a value, so no object has it.
    """
    worked_out = {name: F(name) for name in names if "__" in name and _is_transform(queryset.model, name)}
    return queryset.annotate(**worked_out) if worked_out else queryset


def _is_transform(model: Any, lookup: str) -> bool:
    first, _, rest = lookup.partition("__")
    field = field_of(model, first)
    if field is None or not rest:
        return False
    return field.related_model is None or _is_transform(field.related_model, rest)
