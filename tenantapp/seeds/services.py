"""Services, each owned by a user, and their deployments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenantapp.identity.users.models import User
from tenantapp.resources.services.models import ENVIRONMENTS, Deployment, Service
from tenantapp.seeds.filling import fill
from tenantapp.seeds.options import Options
from tenantapp.seeds.words import SYSTEMS

_EACH = 3
_BEGINNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


def run(session: Session, options: Options) -> None:
    """Give the tenant its services and their deployments."""
    users = session.scalars(select(User.id).order_by(User.email)).all()
    fill(session, Service, _services(options, users))
    services = session.scalars(select(Service.id).order_by(Service.name)).all()
    fill(session, Deployment, _deployments(options, services))


def _services(options: Options, users: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    random = options.random("services")
    for number in range(options.services):
        name, further = SYSTEMS[number % len(SYSTEMS)], number // len(SYSTEMS)
        yield {
            "name": f"{name} {further + 1}" if further else name,
            "description": f"What {name.lower()} is done with.",
            "status": random.choice(("operational", "operational", "operational", "degraded", "maintenance")),
            "owner_id": random.choice(users) if users else None,
        }


def _deployments(options: Options, services: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    random = options.random("deployments")
    for service_id in services:
        for number in range(_EACH):
            started = _BEGINNING + timedelta(days=7 * number, minutes=random.randrange(600))
            yield {
                "service_id": service_id,
                "version": f"2026.{number + 1}.{random.randrange(10)}",
                "environment": ENVIRONMENTS[-1 - number % 2],
                "status": random.choice(("succeeded", "succeeded", "failed")),
                "started_at": started,
                "finished_at": started + timedelta(minutes=random.randrange(2, 20)),
            }
