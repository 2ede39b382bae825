"""The application's pool, as the settings want it."""

from __future__ import annotations

from tenantapp.postgres.pool import PoolLimits, TenantPool
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sealing import sealer_for
from tenantapp.settings.load import Settings


def pool_for(settings: Settings) -> TenantPool:
    """Return a pool of connections to the application's database; none is opened yet."""
    limits = PoolLimits(
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        max_idle=settings.pool_max_idle,
        connect_timeout=settings.connect_timeout,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
        idle_in_transaction_timeout_ms=settings.idle_in_transaction_timeout_ms,
        request_loan=settings.request_loan_seconds,
        longest_loan=settings.longest_loan_seconds,
        tenant_share=settings.pool_tenant_share or (settings.pool_max_size + 1) // 2,
        answer_max_bytes=settings.answer_max_bytes,
        answer_max_rows=settings.answer_max_rows,
    )
    url = settings.require("database_url", "the application")
    return TenantPool(
        url,
        limits,
        RoleNames(settings.role_prefix),
        sealer_for(settings, url),
        transaction_pooler=settings.database_pooler == "transaction",
    )
