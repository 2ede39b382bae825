"""Ten relationships, three enumerations, two views, a table by month: what a test takes through its life."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import SchemaItem

from tenantapp.identity.users.models import User
from tenantapp.models import columns
from tenantapp.models.declarations import about
from tenantapp.models.scoped import Resource, SoftDeletable, live_unique
from tenantapp.models.security import Policy, View
from tenantapp.models.states import States
from tenantapp.resources.customers.models import Customer


class Mood(enum.Enum):
    CALM = "calm"
    LOUD = "loud"


class Artist(SoftDeletable, Resource):
    """Somebody who records."""

    __tablename__ = "artists"
    name: Mapped[str] = columns.required_text(200)
    status: Mapped[str] = columns.state(States({"new": ("signed",), "signed": ("gone",), "gone": ()}))
    further_fences = (Policy("artists_gone_fence", "status <> 'gone'", "status <> 'gone'", permissive=False),)
    label_id: Mapped[UUID | None] = columns.optional_reference("artists")
    lead_album_id: Mapped[UUID | None] = columns.optional_reference("albums")

    label: Mapped[Artist | None] = relationship(
        remote_side="Artist.id", foreign_keys="Artist.label_id", backref="imprints"
    )
    albums: Mapped[list[Album]] = relationship(foreign_keys="Album.artist_id", back_populates="artist")
    lead_album: Mapped[Album | None] = relationship(foreign_keys="Artist.lead_album_id", post_update=True)
    members: Mapped[list[User]] = relationship(secondary="artist_members", backref="artists")

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        return (live_unique("artists", "name"),)


class ArtistMember(Resource):
    __tablename__ = "artist_members"
    artist_id: Mapped[UUID] = columns.part_of("artists")
    user_id: Mapped[UUID] = columns.reference("users")
    since: Mapped[date | None]


class Album(Resource):
    """A record."""

    __tablename__ = "albums"
    artist_id: Mapped[UUID] = columns.reference("artists")
    title: Mapped[str] = columns.required_text(200)
    kind: Mapped[str] = columns.enumeration(("lp", "ep", "it's live"), "lp")
    price: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 2))
    released: Mapped[date | None]
    search: Mapped[str] = columns.search("title")

    artist: Mapped[Artist] = relationship(foreign_keys="Album.artist_id", back_populates="albums")
    tracks: Mapped[list[Track]] = relationship(backref="album")
    sponsors: Mapped[list[Customer]] = relationship(secondary="album_sponsors", backref="albums")

    views = (
        View(
            "priced_albums",
            "SELECT id, title, price FROM albums WHERE price > 0 AND title NOT LIKE '%demo%'",
        ),
    )

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        return (
            UniqueConstraint("tenant_id", "artist_id", "title"),
            CheckConstraint("price >= 0", name="price", info=about("price")),
            Index(None, "tenant_id", "released"),
        )


class AlbumSponsor(Resource):
    __tablename__ = "album_sponsors"
    album_id: Mapped[UUID] = columns.reference("albums")
    customer_id: Mapped[UUID] = columns.reference("customers")


class Track(Resource):
    """A song on a record."""

    __tablename__ = "tracks"
    album_id: Mapped[UUID] = columns.part_of("albums")
    cover_of_id: Mapped[UUID | None] = columns.optional_reference("tracks")
    title: Mapped[str] = columns.required_text(200)
    order: Mapped[int] = columns.counter(1)
    seconds: Mapped[int] = mapped_column(sa.Integer)
    mood: Mapped[Mood] = mapped_column(server_default="CALM")
    tags: Mapped[list[str]] = columns.tags()

    cover_of: Mapped[Track | None] = relationship(remote_side="Track.id", backref="covers")
    genres: Mapped[list[Genre]] = relationship(secondary="track_genres", backref="tracks")
    plays: Mapped[list[Play]] = relationship(back_populates="track")

    views = (
        View(
            "albums_by_length",
            "SELECT a.id, a.title, sum(t.seconds) AS seconds FROM priced_albums a "
            "JOIN tracks t ON t.album_id = a.id GROUP BY a.id, a.title",
        ),
    )

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        return (UniqueConstraint("tenant_id", "album_id", "order"),)


class Genre(Resource):
    __tablename__ = "genres"
    name: Mapped[str] = columns.required_text(50)


class TrackGenre(Resource):
    __tablename__ = "track_genres"
    track_id: Mapped[UUID] = columns.part_of("tracks")
    genre_id: Mapped[UUID] = columns.reference("genres")


class Play(Resource):
    """That somebody listened."""

    __tablename__ = "plays"
    track_id: Mapped[UUID] = columns.reference("tracks")
    created_at: Mapped[datetime] = mapped_column(
        sa.DateTime(timezone=True), primary_key=True, server_default=sa.func.now()
    )
    device: Mapped[str | None] = columns.optional_text(50)
    listener_id: Mapped[UUID | None] = columns.optional_reference("users")

    listener: Mapped[User | None] = relationship()
    track: Mapped[Track] = relationship(back_populates="plays")

    @classmethod
    def scoped_args(cls) -> tuple[Any, ...]:
        return ({"postgresql_partition_by": "RANGE (created_at)"},)
