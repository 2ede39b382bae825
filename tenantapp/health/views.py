"""`/healthz`: the process answers. `/readyz`: it may be sent requests."""

from __future__ import annotations

from typing import Any

from cachetools import TTLCache, cached
from flask import Response, current_app
from flask_smorest import Blueprint

from tenantapp.config import Settings
from tenantapp.db.safety import Problem
from tenantapp.health.readiness import problems
from tenantapp.health.schemas import HealthSchema, ReadinessSchema
from tenantapp.http.answers import json_answer
from tenantapp.http.documentation import documents
from tenantapp.http.permissions import PUBLIC, permits

_OF_THE_MOMENT = {"Cache-Control": "no-store"}

blueprint = Blueprint("health", __name__, description="Whether the program lives and is ready")


@blueprint.route("/healthz", methods=["GET"])
@permits(PUBLIC)
@documents("health_live", {200: HealthSchema})
def healthz() -> Response:
    """Tell that the process answers."""
    return json_answer({"status": "ok"}, headers=_OF_THE_MOMENT)


@blueprint.route("/readyz", methods=["GET"])
@permits(PUBLIC)
@documents("health_ready", {200: ReadinessSchema, 503: ReadinessSchema})
def readyz() -> Response:
    """Tell whether the program may be sent requests, and if not, why."""
    found = _problems(current_app.extensions["tenantapp"].settings)
    ready = not any(problem.is_error for problem in found)
    body: dict[str, Any] = {
        "status": "ready" if ready else "not ready",
        "problems": [str(problem) for problem in found],
    }
    return json_answer(body, 200 if ready else 503, _OF_THE_MOMENT)


# Anybody may ask, and an answer costs a connection.
@cached(TTLCache(8, ttl=2.0))
def _problems(settings: Settings) -> list[Problem]:
    return problems(settings)
