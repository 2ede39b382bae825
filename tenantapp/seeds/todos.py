"""Todos, some about a root cause analysis, some completed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenantapp.identity.users.models import User
from tenantapp.resources.rcas.models import Rca
from tenantapp.resources.todos.models import Todo
from tenantapp.seeds.filling import fill
from tenantapp.seeds.options import Options
from tenantapp.seeds.words import CHORES

_BEGINNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def run(session: Session, options: Options) -> None:
    """Give the tenant its todos."""
    users = session.scalars(select(User.id).order_by(User.email)).all()
    rcas = session.scalars(select(Rca.id).order_by(Rca.title)).all()
    fill(session, Todo, _rows(options, users, rcas))


def _rows(options: Options, users: Sequence[UUID], rcas: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    random = options.random("todos")
    for number in range(options.todos):
        due = _BEGINNING + timedelta(days=random.randrange(200), hours=random.randrange(9))
        yield {
            "text": CHORES[number % len(CHORES)],
            "due_at": due,
            "completed_at": due - timedelta(days=1) if random.random() < 0.5 else None,
            "assignee_id": random.choice(users) if users else None,
            "rca_id": random.choice(rcas) if rcas and number % 3 == 0 else None,
        }
