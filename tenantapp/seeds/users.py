"""Users: the first of them owns the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from tenantapp.identity.users.models import User
from tenantapp.seeds.filling import fill
from tenantapp.seeds.options import Options
from tenantapp.seeds.words import address, person


def run(session: Session, options: Options) -> None:
    """Give the tenant its users."""
    fill(session, User, _rows(options))


def _rows(options: Options) -> Iterator[dict[str, Any]]:
    random = options.random("users")
    for number in range(options.users):
        first, last = person(random)
        own = (options.user_email or f"owner@{options.subdomain}.example").lower()
        yield {
            "email": address(first, last, number) if number else own,
            "name": f"{first} {last}",
            "role": random.choice(("admin", "member", "member", "viewer")) if number else "owner",
            "status": "active",
        }
