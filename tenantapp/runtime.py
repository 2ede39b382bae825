"""What an application runs on: its settings and its connections to the database."""

from __future__ import annotations

from dataclasses import dataclass

from tenantapp.app_state import AppState
from tenantapp.postgres.pool import TenantPool
from tenantapp.settings.load import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """What one application runs on."""

    settings: Settings
    pool: TenantPool


RUNTIME = AppState[Runtime]("tenantapp")
