"""The comparison of schema, model and table sees each kind of difference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from marshmallow import Schema, fields, validate
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tenantapp.http.fields import Email, JsonObject, Text, Word
from tenantapp.models import columns
from tests.support.comparison import Kept, differences, of_model, words_of

WORDS = ("a", "b")


def table() -> sa.Table:
    return sa.Table(
        "things",
        sa.MetaData(),
        sa.Column("id", sa.Uuid, server_default=sa.func.gen_random_uuid(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("notes", sa.String(1000)),
        sa.Column("status", sa.String(50), server_default="a", nullable=False, info={"words": WORDS}),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("settings", JSONB, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        columns.one_of("status", WORDS),
        columns.some_of("scopes", WORDS),
    )


class ThingSchema(Schema):
    id = fields.UUID(dump_only=True)
    name = Text(255, required=True)
    email = Email(required=True)
    notes = Text(1000, allow_none=True)
    status = Word(WORDS, "a")
    scopes = fields.List(fields.String(validate=validate.OneOf(WORDS)), required=True)
    settings = JsonObject()
    created_at = fields.AwareDateTime(dump_only=True)


def live(**changes: dict[str, Any]) -> dict[str, Kept]:
    kept = {column.name: of_model(column) for column in table().columns}
    return kept | {name: replace(kept[name], **change) for name, change in changes.items()}


def of_schema(**changes: fields.Field[Any]) -> list[str]:
    return differences(Schema.from_dict({**ThingSchema._declared_fields, **changes})(), table(), live())


def test_equals_do_not_differ() -> None:
    assert differences(ThingSchema(), table(), live()) == []


@pytest.mark.parametrize(
    ("name", "field", "said"),
    [
        ("name", Text(256, required=True), "at most 256 characters are taken, 255 kept"),
        ("name", Text(254, required=True), "at most 254 characters are taken, 255 kept"),
        ("name", fields.String(required=True), "at most None characters"),
        ("name", Text(255), "required is False"),
        ("name", Text(255, required=True, allow_none=True), "allow_none is True"),
        ("name", fields.Integer(required=True), "a Integer is kept as character varying(255)"),
        ("notes", Text(1000), "allow_none is False"),
        ("notes", Text(1000, required=True, allow_none=True), "required is True"),
        ("status", Word(WORDS), "the default is told as None, and is 'a'"),
        ("status", Word(WORDS, "b"), "the default is told as 'b', and is 'a'"),
        ("status", fields.String(validate=validate.OneOf(["a"])), "the choices are ['a']"),
        ("status", fields.String(validate=validate.OneOf(["a", "b", "c"])), "the choices are"),
        ("status", Text(50), "the choices are None"),
        ("status", fields.String(required=True, validate=validate.OneOf(WORDS)), "required is True"),
        ("scopes", fields.List(fields.String(), required=True), "the choices are None"),
        ("scopes", fields.Dict(required=True), "is kept as text[]"),
        ("settings", JsonObject(allow_none=True), "allow_none is True"),
        ("created_at", fields.Integer(dump_only=True), "is kept as timestamp with time zone"),
        ("created_at", fields.AwareDateTime(dump_only=True, allow_none=True), "allow_none is True"),
        ("created_at", fields.NaiveDateTime(dump_only=True), "is kept as timestamp with time zone"),
        ("id", fields.String(dump_only=True), "is kept as uuid"),
        ("id", fields.Decimal(dump_only=True), "is kept as uuid"),
        ("surprise", Text(5), "there is no column surprise"),
        ("name", Text(255, required=True, attribute="surprise"), "there is no column surprise"),
    ],
)
def test_a_field_that_differs_is_named(name: str, field: fields.Field[Any], said: str) -> None:
    found = of_schema(**{name: field})
    assert found
    assert all(difference.startswith(f"{name}: ") for difference in found)
    assert any(said in difference for difference in found), found


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("name", {"type": "text"}),
        ("name", {"type": "character varying(200)"}),
        ("name", {"nullable": True}),
        ("name", {"has_default": True}),
        ("notes", {"nullable": False}),
        ("status", {"words": None}),
        ("status", {"words": frozenset({"a"})}),
        ("status", {"words": frozenset({"a", "b", "c"})}),
        ("status", {"has_default": False}),
        ("scopes", {"words": frozenset({"a"})}),
        ("created_at", {"type": "timestamp without time zone"}),
        ("id", {"type": "text"}),
        ("settings", {"type": "json"}),
    ],
)
def test_a_live_column_that_differs_is_named(name: str, change: dict[str, Any]) -> None:
    found = differences(ThingSchema(), table(), live(**{name: change}))
    assert found
    assert all(difference.startswith(f"{name}: ") for difference in found)


def test_a_live_column_that_is_missing_is_named() -> None:
    kept = live()
    del kept["notes"]
    assert differences(ThingSchema(), table(), kept) == ["notes: there is no column notes"]


def test_a_choice_that_does_not_fit_is_named() -> None:
    found = differences(ThingSchema(), table(), live(status={"type": "character varying(0)"}))
    assert any("more than 0 characters" in difference for difference in found)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            "CHECK (((status)::text = ANY ((ARRAY['a'::varchar, 'b'::varchar])::text[])))",
            {"a", "b"},
        ),
        ("CHECK ((cardinality(array_remove(array_remove(s, 'a'::text), 'b'::text)) = 0))", {"a", "b"}),
        ("CHECK (((status)::text = 'a'::text))", {"a"}),
        ("status IN ('a', 'it''s')", {"a", "it's"}),
        ("CHECK (((email)::text = lower((email)::text)))", None),
        ("CHECK (((subdomain)::text ~ '^[a-z]$'::text))", None),
    ],
)
def test_words_are_read_as_the_server_renders_them(check: str, words: set[str] | None) -> None:
    assert words_of([check]) == words
