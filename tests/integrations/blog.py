"""Posts with authors, tags and comments: relations to one row, to several, through third tables and over two steps.

The same tables are classes of SQLAlchemy and models of Django, each with a store that has the face of ``blog_store``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from django.db import connections
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from engines import orm
from engines.orm import ORM_DIALECTS, OrmDialect, django_alias
from qlause import Cursor, Query, Schema, Sort
from qlause import sqlalchemy as qs
from qlause.bound.sort import SortOptions

__all__ = ["BLOG_STORES", "BlogStore", "Post", "blog_store", "django_models", "posts"]

RELATIONS: Final = (
    "author",
    "author.country",
    "author.badges",
    "tags",
    "comments",
    "comments.likes",
    "comments.country",
)
_HIDDEN: Final = {"id", "author_id", "country_id", "post_id", "comment_id"}
_COUNTRIES: Final = ("FR", "fr", "DE")
_TAGS: Final = ("x", "X", "y", "xy")
_texts = st.sampled_from(("a", "A", "b", "ab", "", "é"))
_country = st.fixed_dictionaries({"name": st.sampled_from(_COUNTRIES)})
_author = st.fixed_dictionaries(
    {"name": _texts},
    optional={"country": _country, "badges": st.lists(st.fixed_dictionaries({"name": _texts}), min_size=1, max_size=2)},
)
_comment = st.fixed_dictionaries(
    {"text": _texts},
    optional={
        "country": _country,
        "likes": st.lists(st.fixed_dictionaries({"by": _texts}), min_size=1, max_size=2),
    },
)
_post = st.fixed_dictionaries(
    {"title": _texts},
    optional={
        "author": _author,
        "tags": st.lists(st.sampled_from(_TAGS), min_size=1, max_size=3, unique=True).map(
            lambda names: [{"name": name} for name in names]
        ),
        "comments": st.lists(_comment, min_size=1, max_size=2),
    },
)
posts = st.lists(_post, min_size=6, max_size=10).map(
    lambda found: [{**post, "id": number} for number, post in enumerate(found, 1)]
)
"""Documents of posts. Each stands for rows: tags and countries are shared, all else belongs to one post."""


@dataclass(frozen=True)
class BlogStore:
    """Posts in the tables of one library and database."""

    schema: Schema
    fill: Callable[[Sequence[Mapping[str, Any]]], None]
    """Put these posts in the place of all."""
    selected: Callable[[Query | str, bool], list[int]]
    """The ids of the posts that a query selects or, under the library's own NOT, does not select."""
    page: Callable[[Sort, Cursor | None, bool, SortOptions], list[Any]]
    """Three posts after a cursor in a sort, with what the sort needs."""
    cursor_of: Callable[[Sort, Any, SortOptions], Cursor]


class Base(DeclarativeBase):
    pass


def _pairs(name: str, first: str, second: str) -> sa.Table:
    def key(other: str) -> sa.Column[int]:
        return sa.Column(f"{other}_id", sa.ForeignKey(f"blog_{other}.id"), primary_key=True)

    return sa.Table(name, Base.metadata, key(first), key(second))


_post_tags = _pairs("blog_post_tags", "post", "tag")
_author_badges = _pairs("blog_author_badges", "author", "badge")


class Country(Base):
    __tablename__ = "blog_country"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(9))


class Badge(Base):
    __tablename__ = "blog_badge"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(9))


class Author(Base):
    __tablename__ = "blog_author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(9))
    country_id: Mapped[int | None] = mapped_column(sa.ForeignKey("blog_country.id"))
    country: Mapped[Country | None] = relationship()
    badges: Mapped[list[Badge]] = relationship(secondary=_author_badges)


class Tag(Base):
    __tablename__ = "blog_tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(9))


class Like(Base):
    __tablename__ = "blog_like"
    id: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column("liked_by", sa.String(9))
    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("blog_comment.id"))


class Comment(Base):
    __tablename__ = "blog_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(9))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("blog_post.id"))
    country_id: Mapped[int | None] = mapped_column(sa.ForeignKey("blog_country.id"))
    country: Mapped[Country | None] = relationship()
    likes: Mapped[list[Like]] = relationship()


class Post(Base):
    __tablename__ = "blog_post"
    number: Mapped[int] = mapped_column("id", primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(sa.String(9))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("blog_author.id"))
    author: Mapped[Author | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=_post_tags)
    comments: Mapped[list[Comment]] = relationship()


_ORDER: Final = ("country", "badge", "author", "tag", "post", "post_tags", "author_badges", "comment", "like")
"""The tables, each after those that it refers to."""


def _rows(stored: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _ORDER}
    for name, values in (("country", _COUNTRIES), ("tag", _TAGS)):
        rows[name] = [{"id": number, "name": value} for number, value in enumerate(values, 1)]

    def country_of(document: Mapping[str, Any]) -> int | None:
        return _COUNTRIES.index(document["country"]["name"]) + 1 if "country" in document else None

    def added(name: str, /, **row: Any) -> int:
        # No two tables share an id, so that a column of the wrong one joins nothing.
        number = 1_000 * _ORDER.index(name) + len(rows[name]) + 1
        rows[name].append({"id": number, **row})
        return number

    for document in stored:
        author = None
        if "author" in document:
            writer = document["author"]
            author = added("author", name=writer["name"], country_id=country_of(writer))
            for badge in writer.get("badges", ()):
                rows["author_badges"].append({"author_id": author, "badge_id": added("badge", name=badge["name"])})
        number = document["id"]
        rows["post"].append({"id": number, "title": document["title"], "author_id": author})
        for tag in document.get("tags", ()):
            rows["post_tags"].append({"post_id": number, "tag_id": _TAGS.index(tag["name"]) + 1})
        for comment in document.get("comments", ()):
            there = added("comment", text=comment["text"], post_id=number, country_id=country_of(comment))
            for like in comment.get("likes", ()):
                added("like", liked_by=like["by"], comment_id=there)
    return rows


def _public(schema: Schema) -> Schema:
    """The schema without keys of rows."""
    kept = {str(path): field for path, field in schema if path.segments == ("id",) or path.segments[-1] not in _HIDDEN}
    return Schema(kept)


def _sqlalchemy(dialect: OrmDialect) -> BlogStore:
    engine = orm.sqlalchemy_engine(dialect)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    derived = qs.schema_of(
        Post,
        relations=RELATIONS,
        exclude=["number"],
        fields={"id": {"type": "integer", "column": "number", "nullable": False}},
    )
    schema = _public(derived)

    def fill(stored: Sequence[Mapping[str, Any]]) -> None:
        rows = _rows(stored)
        with engine.begin() as connection:
            for name in reversed(_ORDER):
                connection.execute(Base.metadata.tables[f"blog_{name}"].delete())
            for name in _ORDER:
                if rows[name]:
                    connection.execute(sa.insert(Base.metadata.tables[f"blog_{name}"]), rows[name])

    def selected(query: Query | str, negated: bool) -> list[int]:
        condition = qs.where(query, Post, schema=schema)
        with Session(engine) as session:
            return list(session.scalars(sa.select(Post.number).where(~condition if negated else condition)))

    def page(sort: Sort, cursor: Cursor | None, backward: bool, options: SortOptions) -> list[Any]:
        behind = qs.after(sort, cursor, Post, backward=backward, **options)
        order = qs.order_by(sort, Post, backward=backward, **options)
        with Session(engine, expire_on_commit=False) as session:
            found = list(session.scalars(sa.select(Post).where(behind).order_by(*order).limit(3)))
            for post in found:
                _ = post.author and post.author.country
            return found

    def cursor_of(sort: Sort, row: Any, options: SortOptions) -> Cursor:
        return qs.cursor_of(sort, row, Post, **options)

    return BlogStore(schema, fill, selected, page, cursor_of)


@cache
def django_models() -> dict[str, Any]:
    """The same tables as models, by their names, with their own prefix."""
    django_alias("sqlite")
    from django.db import models

    def model(name: str, /, **attributes: Any) -> Any:
        meta = type("Meta", (), {"app_label": "shop", "db_table": f"dj_{name}"})
        return type(f"Blog{name.title()}", (models.Model,), {"__module__": __name__, "Meta": meta, **attributes})

    def text(**options: Any) -> Any:
        return models.CharField(max_length=9, **options)

    def to(other: Any, **options: Any) -> Any:
        return models.ForeignKey(other, on_delete=models.CASCADE, **options)

    country = model("country", name=text())
    badge = model("badge", name=text())
    author = model(
        "author",
        name=text(),
        country=to(country, null=True),
        badges=models.ManyToManyField(badge, db_table="dj_author_badges"),
    )
    tag = model("tag", name=text())
    post = model(
        "post",
        title=text(),
        author=to(author, null=True, related_name="posts"),
        tags=models.ManyToManyField(tag, db_table="dj_post_tags", related_name="posts"),
    )
    comment = model("comment", text=text(), post=to(post, related_name="comments"), country=to(country, null=True))
    like = model("like", by=text(db_column="liked_by"), comment=to(comment, related_name="likes"))
    return {
        "country": country,
        "badge": badge,
        "author": author,
        "tag": tag,
        "post": post,
        "comment": comment,
        "like": like,
    }


def _django(dialect: OrmDialect) -> BlogStore:
    alias, models = django_alias(dialect), django_models()
    from qlause import django as qd

    connection = connections[alias]
    tables = {**models, "post_tags": models["post"].tags.through, "author_badges": models["author"].badges.through}
    with connection.schema_editor() as editor:
        known = connection.introspection.table_names()
        for model in models.values():
            if model._meta.db_table not in known:
                editor.create_model(model)
    schema = _public(qd.schema_of(models["post"], relations=RELATIONS))
    objects = models["post"].objects.using(alias)

    def fill(stored: Sequence[Mapping[str, Any]]) -> None:
        rows = _rows(stored)
        for name in reversed(_ORDER):
            tables[name].objects.using(alias).all().delete()
        for name in _ORDER:
            table = tables[name]
            fields = table._meta.concrete_fields
            names = {field.column.removeprefix("blog"): field.attname for field in fields}
            table.objects.using(alias).bulk_create(
                [table(**{names[column]: value for column, value in row.items()}) for row in rows[name]]
            )

    def selected(query: Query | str, negated: bool) -> list[int]:
        condition = qd.where(query, schema=schema)
        found = objects.exclude(condition) if negated else objects.filter(condition)
        return list(found.values_list("id", flat=True))

    def page(sort: Sort, cursor: Cursor | None, backward: bool, options: SortOptions) -> list[Any]:
        behind = qd.after(sort, cursor, backward=backward, **options)
        order = qd.order_by(sort, backward=backward, **options)
        return list(objects.select_related("author__country").filter(behind).order_by(*order)[:3])

    def cursor_of(sort: Sort, row: Any, options: SortOptions) -> Cursor:
        return qd.cursor_of(sort, row, **options)

    return BlogStore(schema, fill, selected, page, cursor_of)


BLOG_STORES: Final = [f"{library} {dialect}" for library in ("sqlalchemy", "django") for dialect in ORM_DIALECTS]


@cache
def blog_store(name: str) -> BlogStore:
    """The posts of a library on a database. Raises NotInstalledError without a server or its driver."""
    library, _, dialect = name.partition(" ")
    return (_sqlalchemy if library == "sqlalchemy" else _django)(dialect)  # type: ignore[arg-type]  # one of them
