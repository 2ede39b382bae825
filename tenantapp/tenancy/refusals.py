"""The record of every refusal: counted by its reason, logged with its request."""

from __future__ import annotations

import structlog
from prometheus_client import Counter

from tenantapp.tenancy.errors import TenancyError

REFUSALS = Counter("tenantapp_context_refusals", "Refused or missing tenant contexts.", ["reason"])

_log = structlog.get_logger("tenantapp.tenancy")


def record_refusal(error: TenancyError, request_id: str) -> None:
    """Count `error` by its reason and log it with the request it ended."""
    REFUSALS.labels(error.reason).inc()
    _log.warning("context refused", reason=error.reason, detail=str(error), request_id=request_id)
