"""Which relations, hybrid properties and columns of expressions the two libraries take, and which they refuse."""

from __future__ import annotations

from functools import cache
from typing import Any, Final
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, column_property, mapped_column, relationship

from engines import orm
from engines.orm import ORM_DIALECTS, OrmDialect, django_alias
from qlause import Schema, UnknownFieldError, bind_sort
from qlause import sqlalchemy as qs

from .blog import django_models
from .walks import walked


class Base(DeclarativeBase):
    pass


def _pairs(name: str, *extra: Any) -> sa.Table:
    left, right = (sa.Column[int](each, sa.ForeignKey("rel_person.id")) for each in ("left_id", "right_id"))
    return sa.Table(name, Base.metadata, left, right, *extra)


_friends, _rivals = _pairs("rel_friends"), _pairs("rel_rivals", sa.Column("active", sa.Boolean))


class Passport(Base):
    __tablename__ = "rel_passport"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("rel_person.id"), unique=True)
    code: Mapped[UUID] = mapped_column(sa.Uuid(native_uuid=False))
    ratio: Mapped[float | None] = mapped_column(sa.REAL)


class Note(Base):
    __tablename__ = "rel_note"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("rel_person.id"))
    text: Mapped[str] = mapped_column(sa.String(9))


class Person(Base):
    __tablename__ = "rel_person"
    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[str] = mapped_column(sa.String(9))
    last: Mapped[str | None] = mapped_column(sa.String(9))
    boss_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rel_person.id"))
    _password: Mapped[str | None] = mapped_column("password", sa.String(9))
    boss: Mapped[Person | None] = relationship(remote_side=lambda: Person.id, back_populates="team")
    team: Mapped[list[Person]] = relationship(back_populates="boss")
    friends: Mapped[list[Person]] = relationship(
        secondary=_friends,
        primaryjoin=lambda: Person.id == _friends.c.left_id,
        secondaryjoin=lambda: Person.id == _friends.c.right_id,
    )
    rivals: Mapped[list[Person]] = relationship(
        secondary=_rivals,
        primaryjoin=lambda: sa.and_(Person.id == _rivals.c.left_id, _rivals.c.active),
        secondaryjoin=lambda: Person.id == _rivals.c.right_id,
        viewonly=True,
    )
    passport: Mapped[Passport | None] = relationship()
    notes: Mapped[list[Note]] = relationship(viewonly=True)
    last_note: Mapped[Note | None] = relationship(viewonly=True)  # of many: nothing says that there is only one
    urgent: Mapped[list[Note]] = relationship(
        primaryjoin=lambda: sa.and_(Person.id == Note.person_id, Note.text == "urgent"), viewonly=True
    )

    @hybrid_property
    def full(self) -> str | None:
        return None if self.last is None else f"{self.first} {self.last}"

    @full.inplace.expression
    @classmethod
    def _full(cls) -> sa.ColumnElement[Any]:
        return cls.first + " " + cls.last

    @hybrid_property
    def password(self) -> str | None:
        return self._password

    @hybrid_property
    def broken(self) -> str:
        raise ValueError("this is for objects only")


_count = sa.select(sa.func.count(Note.id)).where(Note.person_id == Person.id)
Person.notes_count = column_property(_count.correlate_except(Note).scalar_subquery())

_STORED: Final = (
    {"id": 1, "first": "a", "last": "z", "boss_id": None},
    {"id": 2, "first": "b", "last": None, "boss_id": 1},
    {"id": 3, "first": "A", "last": "y", "boss_id": 1},
    {"id": 4, "first": "c", "last": "y", "boss_id": 3},
)


@cache
def _filled(dialect: OrmDialect) -> sa.Engine:
    engine = orm.sqlalchemy_engine(dialect)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        for row in _STORED:
            connection.execute(sa.insert(Person), row)
        connection.execute(sa.insert(_friends), [{"left_id": 1, "right_id": 4}, {"left_id": 4, "right_id": 2}])
        passports = [(1, UUID(int=7), 0.1), (2, UUID(int=9), 0.2), (4, UUID(int=8), 0.1)]
        rows = [{"id": number, "person_id": number, "code": code, "ratio": ratio} for number, code, ratio in passports]
        connection.execute(sa.insert(Passport), rows)
        notes = [{"id": 1, "person_id": 1, "text": "x"}, {"id": 2, "person_id": 1, "text": "y"}]
        connection.execute(sa.insert(Note), notes)
    return engine


@pytest.mark.parametrize("dialect", ORM_DIALECTS)
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("boss.first:a", [2, 3]),
        ("boss.boss.first:a", [4]),
        ("NOT boss.boss.first:a", [1, 2, 3]),
        ("team.first:(b, c)", [1, 3]),
        ("team.team.first:c", [1]),
        ("friends.first:c", [1]),
        ("friends.friends.first:b", [1]),
        ("friends.first:null", [2, 3]),
        (f"passport.code:{UUID(int=8)}", [4]),
        ("passport.ratio:0.1", [1, 4]),
        ("passport.ratio:(>0.1 AND <=0.2)", [2]),
        ("last_note.text:y", [1]),
        ("full:~Y", [3, 4]),
        ("NOT full:~Y", [1, 2]),
        ("notes_count:>1", [1]),
    ],
)
def test_rows(dialect: OrmDialect, q: str, expected: list[int]) -> None:
    engine = _filled(dialect)
    for source in (Person, aliased(Person)):
        with Session(engine) as session:
            condition = qs.where(q, source, schema=SCHEMA)
            assert sorted(session.scalars(sa.select(source.id).where(condition))) == expected


RELATIONS: Final = ("boss", "boss.boss", "team", "team.team", "friends", "friends.friends", "passport", "last_note")
SCHEMA: Final = qs.schema_of(Person, exclude=["_password"], relations=RELATIONS, fields={"full": {"sortable": True}})


@pytest.mark.parametrize("dialect", ORM_DIALECTS)
@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("boss.first", [1, 4, 2, 3]),
        ("boss.first:desc,id:desc", [3, 2, 4, 1]),
        ("boss.boss.first:desc", [4, 3, 2, 1]),
        ("boss.id", [1, 2, 3, 4]),  # a column of this name is the primary key of the person too
        ("boss.id:desc", [4, 3, 2, 1]),
        ("passport.code", [3, 1, 4, 2]),
        ("passport.ratio:desc", [2, 4, 1, 3]),
        ("full", [2, 3, 1, 4]),
        ("notes_count:desc", [1, 4, 3, 2]),
    ],
)
def test_pages(dialect: OrmDialect, sort: str, wanted: list[int]) -> None:
    engine = _filled(dialect)
    with Session(engine) as session:
        for backward in (False, True):
            order = qs.order_by(sort, Person, schema=SCHEMA, backward=backward)
            found = walked(
                lambda cursor: session.scalars(
                    sa.select(Person)
                    .where(qs.after(sort, cursor, Person, schema=SCHEMA, backward=backward))  # noqa: B023  # called in this turn of the loop
                    .order_by(*order)  # noqa: B023  # called in this turn of the loop
                    .limit(1)
                ),
                lambda row: qs.cursor_of(sort, row, Person, schema=SCHEMA),
                1,
                4,
            )
            assert [person.id for person in found] == wanted[:: -1 if backward else 1]


def test_a_cursor_of_a_row_that_selects_the_related_column() -> None:
    row = sa.select(Person.id, Person.first.label("boss.first")).where(Person.id == 1)
    with Session(_filled("sqlite")) as session:
        cursor = qs.cursor_of("boss.first", session.execute(row).one(), Person, schema=SCHEMA)
    assert cursor.values == ((2, "a"), (1, 1))
    with pytest.raises(ValueError, match=r"no column boss\.first, which the sort needs"):
        qs.cursor_of("boss.first", object(), Person, schema=SCHEMA)


def test_the_derived_fields() -> None:
    kinds = {str(path): field.type + "[]" * field.array + "!" * (not field.sortable) for path, field in SCHEMA}
    assert kinds["boss.first"] == kinds["boss.boss.first"] == kinds["full"] == "string"
    assert kinds["passport.code"] == "uuid"
    assert kinds["team.first"] == kinds["friends.first"] == kinds["last_note.text"] == "string[]!"
    assert kinds["notes_count"] == "integer"
    assert not {"password", "broken", "_password"} & set(kinds)
    derived = {str(path) for path, _ in qs.schema_of(Person)}
    assert derived == {"id", "first", "last", "boss_id", "_password", "notes_count"}, (
        "a hybrid is asked for by its name"
    )
    assert {str(path) for path, _ in qs.schema_of(Person, only=["id", "full"])} == {"id", "full"}


def test_a_hybrid_is_sorted_by_only_if_somebody_vouches_for_it() -> None:
    for named in (qs.schema_of(Person, only=["id", "full"]), qs.schema_of(Person, fields={"full": {}})):
        with pytest.raises(UnknownFieldError, match="make it a column_property") as raised:
            bind_sort("full", schema=named)
        assert raised.value.code == "not_sortable"
    assert bind_sort("full", schema=SCHEMA, unique="id").keys


@pytest.mark.parametrize(
    ("relation", "problem"),
    [
        ("rivals", "joined by more than equal columns"),
        ("urgent", "joined by more than equal columns"),
        ("bosses", "Person has no relationship bosses"),
        ("boss.bosses", r"Person has no relationship boss\.bosses"),
        ("first", "Person has no relationship first"),
    ],
)
def test_relationships_that_are_refused(relation: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        qs.schema_of(Person, relations=[relation])
    with pytest.raises(ValueError, match="rel_person has no relationship boss"):
        qs.schema_of(Person.__table__, relations=["boss"])


# Django


@pytest.mark.parametrize(
    ("column", "relation"),
    [
        ("tags__name", "tags"),
        ("tags", "tags"),
        ("comments__text", "comments"),
        ("comments__likes__by", "comments"),
        ("author__badges__name", "author__badges"),
        ("author__posts__title", "author__posts"),
    ],
)
def test_a_column_that_leads_to_several_rows_is_refused(column: str, relation: str) -> None:
    post = django_models()["post"]
    from qlause import django as qd

    problem = rf"the column {column} leads to several rows: name the relation, as in relations=\['{relation}'\]"
    with pytest.raises(ValueError, match=f"the field tag: {problem}"):
        qd.schema_of(post, fields={"tag": {"type": "string", "column": column}})
    schema = Schema({"id": {"type": "integer", "column": "id"}, "tag": {"type": "string", "column": column}})
    for ask in (
        lambda: post.objects.filter(qd.where("tag:x", schema=schema)),
        lambda: str(post.objects.order_by(*qd.order_by("tag", schema=schema)).query),
    ):
        with pytest.raises(ValueError, match=problem):
            ask()


def test_columns_that_lead_to_one_row_and_annotations_are_taken() -> None:
    post = django_models()["post"]
    from django.db.models import Count, F

    from qlause import django as qd

    columns = ("author__country__name", "author__pk", "author_id", "number_of_tags", "tags__name")
    fields = {f"f{number}": {"type": "any", "column": (column, "x")} for number, column in enumerate(columns[:-2])}
    assert len(qd.schema_of(post, only=["id"], fields=fields)) == 4
    schema = Schema(
        {"tags": {"type": "integer", "column": "number_of_tags"}, "one": {"type": "string", "column": "tags__name"}}
    )
    annotated = post.objects.annotate(number_of_tags=Count("tags"))
    assert "HAVING" in str(annotated.filter(qd.where("tags:>1", schema=schema)).query)
    # What the server annotates under such a name has one value a row.
    named = post.objects.annotate(tags__name=F("title"))
    assert "title" in str(named.filter(qd.where("one:x", schema=schema)).query)


@pytest.mark.parametrize("dialect", ORM_DIALECTS)
def test_one_to_one_itself_and_the_other_side_of_many_to_many(dialect: OrmDialect) -> None:
    models = _django_models()
    alias, person = django_alias(dialect), models["person"]
    from django.db import connections

    from qlause import django as qd

    with connections[alias].schema_editor() as editor:
        for model in models.values():
            editor.create_model(model)
    try:
        people, profiles = person.objects.using(alias), models["profile"].objects.using(alias)
        a, b, c = [people.create(id=number, name=name) for number, name in enumerate("abc", 1)]
        a.friends.add(b)
        a.follows.add(c)
        profiles.create(person=b, bio="hello")
        schema = qd.schema_of(person, relations=["friends", "follows", "followers", "profile", "followers__profile"])
        kinds = {str(path): field.type + "[]" * field.array for path, field in schema}
        assert kinds["profile.bio"] == "string"
        assert kinds["friends.name"] == kinds["followers.name"] == kinds["followers.profile.bio"] == "string[]"
        for q, expected in (
            ("friends.name:b", [1]),
            ("friends.name:a", [2]),
            ("follows.name:c", [1]),
            ("followers.name:a", [3]),
            ("followers.name:null", [1, 2]),
            ("profile.bio:~HELL", [2]),
            ("profile.bio:null", [1, 3]),
            ("followers.profile.bio:exists", []),
        ):
            found = people.filter(qd.where(q, schema=schema)).order_by("id")
            assert list(found.values_list("id", flat=True)) == expected, q
        for sort, wanted in (("profile.bio", [1, 3, 2]), ("profile.bio:desc", [2, 3, 1])):
            order = qd.order_by(sort, schema=schema)
            pages = walked(
                lambda cursor: people.filter(qd.after(sort, cursor, schema=schema)).order_by(*order)[:1],  # noqa: B023  # called in this turn of the loop
                lambda row: qd.cursor_of(sort, row, schema=schema),  # noqa: B023  # called in this turn of the loop
                1,
                3,
            )
            assert [row.id for row in pages] == wanted
    finally:
        with connections[alias].schema_editor() as editor:
            for model in reversed(models.values()):
                editor.delete_model(model)


_MODELS: dict[str, Any] = {}


def _django_models() -> dict[str, Any]:
    """A model that is related to itself and to the one of a profile."""
    if not _MODELS:
        django_alias("sqlite")
        from django.db import models

        meta: Any = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "shop"})}
        itself = {
            "friends": models.ManyToManyField("self"),
            "follows": models.ManyToManyField("self", symmetrical=False, related_name="followers"),
        }
        person: Any = type("RelPerson", (models.Model,), {**meta, "name": models.CharField(max_length=9), **itself})
        to = models.OneToOneField(person, on_delete=models.CASCADE, related_name="profile")
        meta = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "shop"})}
        bio = models.CharField(max_length=9)
        _MODELS["person"] = person
        _MODELS["profile"] = type("RelProfile", (models.Model,), {**meta, "person": to, "bio": bio})
    return _MODELS


@pytest.mark.parametrize("relation", ["tag", "tags__posts__nothing", "title", "id"])
def test_relations_of_django_that_are_refused(relation: str) -> None:
    post = django_models()["post"]
    from qlause import django as qd

    with pytest.raises(ValueError, match=f"BlogPost has no relation {relation} that is a foreign key"):
        qd.schema_of(post, relations=[relation])


def test_what_a_model_inherits_is_hidden_under_the_names_of_both() -> None:
    django_alias("sqlite")
    from django.db import models

    from qlause import django as qd

    meta: Any = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "shop"})}
    texts = {name: models.CharField(max_length=9) for name in ("secret", "name")}
    place: Any = type("RelPlace", (models.Model,), {**meta, **texts})
    meta = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "shop"})}
    cafe: Any = type("RelCafe", (place,), {**meta, "menu": models.CharField(max_length=9)})
    for model, relation, names in (
        (place, "relcafe", {"id", "name", "relcafe.menu", "relcafe.relplace_ptr_id"}),
        (cafe, "relplace_ptr", {"id", "name", "menu", "relplace_ptr_id", "relplace_ptr.id", "relplace_ptr.name"}),
    ):
        schema = qd.schema_of(model, exclude=["secret"], relations=[relation])
        assert {str(path) for path, _ in schema} == names
