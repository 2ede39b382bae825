"""Two tenants to look at: made once, with customers that could be real and a key each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from tenantapp.customers.models import Customer
from tenantapp.db.sealing import sealer_for, sealing_engine
from tenantapp.db.unit_of_work import writing
from tenantapp.identity.keys import SCOPES, issue_key, sha256
from tenantapp.identity.models import ApiKey
from tenantapp.platform.errors import UnknownTenant
from tenantapp.platform.tenants import create_tenant, find_tenant
from tenantapp.tenancy.context import TenantContext, tenant_context

TENANTS = {"acme": "Acme Industrial Supply", "globex": "Globex Facility Services"}
_FIRST = ("Ada", "Bruno", "Chioma", "Dmitri", "Elena", "Farid")
_LAST = {
    "acme": ("Albrecht", "Bianchi", "Castillo", "Dubois", "Eriksen"),
    "globex": ("Fonseca", "Grigoryan", "Haddad", "Ivanova", "Jensen"),
}
_STATUSES = ("active", "active", "prospect", "active", "inactive")


def create_demo(app: Flask) -> dict[str, str]:
    """Make the demo tenants unless they are there, and return a key's token for each by subdomain.

    A token is shown once, so it is kept beside the instance's other secrets; where that file is gone, or of
    another database, new keys are issued.

    Raises:
        SettingsError: there is no address of the platform role.
    """
    settings = app.extensions["tenantapp"].settings
    path = settings.instance_path / "demo-keys.json"
    tokens: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    url = settings.require("platform_database_url")
    engine = sealing_engine(url, sealer_for(settings, url))
    for subdomain, name in TENANTS.items():
        with engine.begin() as connection:
            tenant_id = _existing(connection, subdomain) or create_tenant(connection, subdomain, name)
        with app.app_context(), tenant_context(TenantContext(tenant_id, role="seed")), writing() as session:
            _fill(session, subdomain)
            tokens[subdomain] = _known(session, tokens.get(subdomain, "")) or _issue(session)
            session.commit()
    _keep(path, tokens)
    return tokens


def _existing(connection: Connection, subdomain: str) -> UUID | None:
    try:
        return UUID(str(find_tenant(connection, subdomain).tenant_id))
    except UnknownTenant:
        return None


def _fill(session: Session, subdomain: str) -> None:
    if session.scalar(select(Customer.id).limit(1)) is None:
        session.add_all(_customers(subdomain))


def _known(session: Session, token: str) -> str | None:
    """Return `token` if this database knows it: the instance may have been on another one before."""
    usable = ApiKey.revoked_at.is_(None), ApiKey.secret_sha256 == sha256(token)
    return token if session.scalar(select(ApiKey.id).where(*usable)) else None


def _issue(session: Session) -> str:
    issued = issue_key("demo", SCOPES)
    session.add(ApiKey(**issued.values))
    return issued.token


def _customers(subdomain: str) -> list[Customer]:
    people = [(first, last) for last in _LAST[subdomain] for first in _FIRST]
    return [
        Customer(
            name=f"{first} {last}",
            email=f"{first}.{last}@{last}.example".lower(),
            phone=f"+49 30 5550{number:03}",
            status=_STATUSES[number % len(_STATUSES)],
        )
        for number, (first, last) in enumerate(people)
    ]


def _keep(path: Path, tokens: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(tokens, file)
