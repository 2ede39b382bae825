"""Root cause analyses of the tenant's services, and their solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from tenantapp.identity.users.models import User
from tenantapp.resources.rcas.models import OPEN, SEVERITIES, STATUSES, Rca, RcaSolution
from tenantapp.resources.services.models import Service
from tenantapp.seeds.filling import fill
from tenantapp.seeds.options import Options
from tenantapp.seeds.words import FAULTS

_BEGINNING = datetime(2026, 2, 2, 8, tzinfo=UTC)
_KNOWN = ("identified", "resolved", "closed")


def run(session: Session, options: Options) -> None:
    """Give the tenant its analyses and their solutions."""
    users = session.scalars(select(User.id).order_by(User.email)).all()
    services = session.execute(select(Service.id, Service.name).order_by(Service.name)).all()
    fill(session, Rca, _rcas(options, users, services))
    found = session.execute(select(Rca.id, Rca.status).where(Rca.root_cause.is_not(None)).order_by(Rca.title))
    fill(session, RcaSolution, _solutions(options, users, found.all()))


def _rcas(
    options: Options, users: Sequence[UUID], services: Sequence[Row[UUID, str]]
) -> Iterator[dict[str, Any]]:
    random = options.random("rcas")
    for number in range(options.rcas):
        fault, seen, equipment, cause, _ = FAULTS[number % len(FAULTS)]
        service_id, service = random.choice(services) if services else (None, "A service")
        status = STATUSES.names[number % len(STATUSES.names)]
        yield {
            "title": f"{service} {fault} ({number + 1})",
            "issue_description": seen,
            "equipment_type": equipment,
            "severity": random.choice(SEVERITIES),
            "status": status,
            "rca_owner_id": random.choice(users) if users else None,
            "service_id": service_id,
            "occurred_at": _BEGINNING + timedelta(days=3 * number, minutes=random.randrange(900)),
            "root_cause": cause if status in _KNOWN else None,
        }


def _solutions(
    options: Options, users: Sequence[UUID], rcas: Sequence[Row[UUID, str]]
) -> Iterator[dict[str, Any]]:
    random = options.random("rca_solutions")
    for number, (rca_id, status) in enumerate(rcas):
        *_, solution = FAULTS[number % len(FAULTS)]
        yield {
            "rca_id": rca_id,
            "description": solution,
            "kind": random.choice(("corrective", "preventive")),
            "status": random.choice(OPEN) if status == "identified" else "done",
            "owner_id": random.choice(users) if users else None,
            "due_at": _BEGINNING + timedelta(days=90 + number),
        }
