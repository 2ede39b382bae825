"""A field is what its column is; what differs is said where it differs."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import sqlalchemy as sa
from marshmallow import Schema, fields, validate
from sqlalchemy.dialects import postgresql

from tenantapp.http.auto_field import SQLAlchemySchema, auto_field, field_for
from tenantapp.http.fields import Email, JsonObject, Moment, Reference, State, Tags, Text, Word
from tenantapp.models.scoped import table_of
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca
from tenantapp.resources.services.models import Deployment
from tenantapp.resources.todos.models import Todo

Kind = type[fields.Field[Any]]


class Size(enum.Enum):
    """A few sizes."""

    SMALL = 1
    LARGE = 2


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (sa.String(5), Text),
        (sa.Text(), fields.String),
        (sa.Boolean(), fields.Boolean),
        (sa.SmallInteger(), fields.Integer),
        (sa.BigInteger(), fields.Integer),
        (sa.Numeric(6, 2), fields.Decimal),
        (sa.Double(), fields.Float),
        (sa.REAL(), fields.Float),
        (sa.Date(), fields.Date),
        (sa.Time(), fields.Time),
        (sa.DateTime(timezone=True), Moment),
        (sa.DateTime(), fields.NaiveDateTime),
        (sa.Interval(), fields.TimeDelta),
        (postgresql.INTERVAL(), fields.TimeDelta),
        (sa.Uuid(), fields.UUID),
        (postgresql.INET(), fields.IP),
        (postgresql.JSONB(), JsonObject),
        (postgresql.ARRAY(sa.Date), fields.List),
        (sa.Enum(Size), fields.Enum),
        (sa.Enum("a", "b"), Word),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("options", "required", "nullable"),
    [
        ({"nullable": False}, True, False),
        ({"nullable": True}, False, True),
        ({"nullable": False, "server_default": "x"}, False, False),
        ({"nullable": False, "default": "x"}, False, False),
    ],
    ids=["needed", "optional", "completed by PostgreSQL", "completed by the program"],
)
def test_a_column_has_a_field_of_its_type(
    type_: Any, kind: Kind, options: dict[str, Any], required: bool, nullable: bool
) -> None:
    field = field_for(sa.Column("value", type_, **options))
    assert (type(field), field.required, field.allow_none, field.dump_only) == (
        kind,
        required,
        nullable,
        False,
    )


@pytest.mark.parametrize(
    ("model", "name", "kind"),
    [
        (Customer, "email", Email),
        (Customer, "tags", Tags),
        (Customer, "status", Word),
        (Rca, "status", State),
        (Todo, "rca_id", Reference),
        (Todo, "due_at", Moment),
        (Deployment, "environment", Word),
    ],
    ids=str,
)
def test_a_word_of_columns_has_its_own_field(model: Any, name: str, kind: Kind) -> None:
    assert type(field_for(table_of(model).columns[name])) is kind


def test_words_bring_their_choices_and_their_default() -> None:
    status = field_for(table_of(Customer).columns["status"])
    assert status.metadata == {"default": "active"}
    assert [each.choices for each in status.validators] == [("active", "inactive", "prospect")]
    assert field_for(table_of(Deployment).columns["environment"]).required


def test_what_postgresql_computes_is_only_shown() -> None:
    completed = field_for(table_of(Todo).columns["completed"])
    assert (type(completed), completed.dump_only, completed.required) == (fields.Boolean, True, False)


def test_what_differs_is_said_where_it_differs() -> None:
    class MineSchema(SQLAlchemySchema):
        """A schema of some fields."""

        class Meta:
            model = Customer

        first = fields.Integer()
        called = auto_field("name", required=False, metadata={"description": "Who."})
        phone = auto_field(dump_only=True)
        due_at = auto_field(model=Todo, allow_none=False, validate=validate.Equal(1))

    class InheritingSchema(MineSchema):
        """One that has them too."""

        class Meta:
            exclude = ("first",)

        email = auto_field(model=Customer)

    declared = InheritingSchema._declared_fields
    assert list(declared) == ["first", "called", "phone", "due_at", "email"]
    called = declared["called"]
    assert (type(called), called.attribute, called.required) == (Text, "name", False)
    assert called.metadata == {"description": "Who."}
    assert (type(declared["phone"]), declared["phone"].dump_only) == (fields.String, True)
    assert not declared["due_at"].allow_none
    assert isinstance(InheritingSchema(), Schema)
    assert InheritingSchema().load({"called": "Ada", "email": "ada@example.com"}) == {
        "name": "Ada",
        "email": "ada@example.com",
    }


def test_a_column_that_is_not_there_is_refused_when_the_schema_is_declared() -> None:
    with pytest.raises(KeyError, match="surname"):
        type("WrongSchema", (SQLAlchemySchema,), {"Meta": OfCustomers, "surname": auto_field()})


class OfCustomers:
    """What a schema is of."""

    model = Customer


def test_a_type_that_no_field_is_known_for_is_refused() -> None:
    with pytest.raises(TypeError, match=r"TSVECTOR.*declare one of marshmallow's"):
        field_for(sa.Column("value", postgresql.TSVECTOR))
