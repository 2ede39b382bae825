"""Rows by every relationship, through the session; a test runs this in its copy of the program."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from tenantapp.resources.music.models import (
    Album,
    Artist,
    Genre,
    Mood,
    Play,
    Track,
)

from tenantapp.db.session import db
from tenantapp.identity.users.models import User
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.tenants import make_tenant


def test_every_relationship_holds(app: Any) -> None:
    with app.app_context(), tenant_context(make_tenant(app).context):
        ada = User(name="Ada", email="ada@albrecht.example")
        artist = Artist(name="The A's", label=Artist(name="Label"), members=[ada])
        album = Album(title="One: 100%", kind="it's live", price=Decimal("9.90"), artist=artist)
        album.released, album.sponsors = date(2026, 1, 1), [Customer(name="C", email="c@c.example")]
        first = Track(title="a", order=1, seconds=100, mood=Mood.LOUD, tags=["x"], album=album)
        second = Track(title="b", order=2, seconds=50, album=album, cover_of=first)
        first.genres, first.plays = [Genre(name="rock")], [Play(device="radio"), Play()]
        artist.lead_album = album
        db.session.add_all([artist, second])
        db.session.commit()
    with app.app_context(), tenant_context(make_tenant(app).context):
        assert db.session.scalars(select(Artist)).all() == []
