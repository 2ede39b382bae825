"""`/healthz`: the process answers. `/readyz`: it may be sent requests."""

from __future__ import annotations

from typing import Any

from cachetools import TTLCache, cached
from flask import current_app
from flask_smorest import Blueprint

from tenantapp.config import Settings
from tenantapp.db.safety import Problem
from tenantapp.health.readiness import problems

blueprint = Blueprint("health", __name__, description="Whether the program lives and is ready")


@blueprint.route("/healthz", methods=["GET"])
@blueprint.response(200)
def healthz() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@blueprint.route("/readyz", methods=["GET"])
@blueprint.response(200)
def readyz() -> tuple[dict[str, Any], int]:
    """Tell whether the program may be sent requests, and if not, why."""
    found = _problems(current_app.extensions["tenantapp"].settings)
    ready = not any(problem.is_error for problem in found)
    return {"status": "ready" if ready else "not ready", "problems": [str(p) for p in found]}, (
        200 if ready else 503
    )


# Anybody may ask, and an answer costs a connection.
@cached(TTLCache(8, ttl=2.0))
def _problems(settings: Settings) -> list[Problem]:
    return problems(settings)
