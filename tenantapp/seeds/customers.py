"""Customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from tenantapp.resources.customers.models import Customer
from tenantapp.seeds.filling import fill
from tenantapp.seeds.options import Options
from tenantapp.seeds.words import NOTES, TAGS, TRADES, address, person

_STATUSES = ("active", "active", "active", "prospect", "inactive")


def run(session: Session, options: Options) -> None:
    """Give the tenant its customers."""
    fill(session, Customer, rows(options))


def rows(options: Options) -> Iterator[dict[str, Any]]:
    """Yield the values of the tenant's customers."""
    random = options.random("customers")
    for number in range(options.customers):
        first, last = person(random)
        yield {
            "name": f"{first} {last}",
            "email": address(first, last, number),
            "company": f"{last} {random.choice(TRADES)}",
            "phone": f"+49 30 {5_550_000 + number}",
            "status": random.choice(_STATUSES),
            "notes": random.choice(NOTES),
            "tags": sorted(random.sample(TAGS, random.randrange(3))),
        }
