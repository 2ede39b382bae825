"""What has a column of every type."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from sqlalchemy import REAL, BigInteger, DateTime, Enum, Numeric, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenantapp.models import columns
from tenantapp.models.scoped import Resource


class Size(enum.Enum):
    """How large something is."""

    SMALL = 1
    LARGE = 2


class Grade(enum.Enum):
    """How good something is."""

    GOOD = "g"
    BAD = "b"


class Sample(Resource):
    """Something of every kind."""

    __tablename__ = "samples"

    name: Mapped[str] = columns.required_text(100)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    ratio: Mapped[Decimal | None] = mapped_column(Numeric)
    weight: Mapped[float]
    reading: Mapped[float | None] = mapped_column(REAL)
    small: Mapped[int] = mapped_column(SmallInteger)
    big: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date | None]
    opens: Mapped[time | None]
    local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    at: Mapped[datetime | None] = columns.moment()
    lasts: Mapped[timedelta]
    size: Mapped[Size]
    grade: Mapped[Grade] = mapped_column(
        Enum(Grade, native_enum=False, length=20, values_callable=lambda kind: [each.value for each in kind])
    )
    mood: Mapped[Grade] = mapped_column(Enum(Grade, name="mood", native_enum=False, create_constraint=True))
    link: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    address: Mapped[IPv4Address | IPv6Address | None] = mapped_column(INET)
    key: Mapped[UUID]
    words: Mapped[list[str]] = mapped_column(columns.ShortTexts(20))
    grid: Mapped[list[list[int]]] = mapped_column(ARRAY(SmallInteger, dimensions=2))
    days: Mapped[list[date]] = mapped_column(ARRAY(DateTime(timezone=True)))
    lines: Mapped[list[dict[str, object]]] = mapped_column(JSONB, server_default=text("'[]'"))
    extra: Mapped[dict[str, object]] = columns.json_object()
    tags: Mapped[list[str]] = columns.tags()
    # Names that Python, tuples and namedtuple keep for themselves.
    from_: Mapped[str] = mapped_column("from", String(20))
    class_: Mapped[str | None] = mapped_column("class", String(20))
    count: Mapped[int]
    index: Mapped[int]
    _make_: Mapped[int | None]
