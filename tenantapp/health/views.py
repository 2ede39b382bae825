"""`/healthz`: the process answers. `/readyz`: it may be sent requests."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response

from tenantapp.app_state import AppState
from tenantapp.health.readiness import Readiness
from tenantapp.health.schemas import HealthSchema, ReadinessSchema
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.json_text import json_answer
from tenantapp.http.permissions import PUBLIC, permission
from tenantapp.http.shortage import shortage
from tenantapp.postgres.safety import SafetyProblem

_READINESS = AppState[Readiness]("readiness")
_OF_THE_MOMENT = {"Cache-Control": "no-store"}

blueprint = Blueprint("health", __name__, description="Whether the program lives and is ready")


def init_app(app: Flask, readiness: Readiness) -> None:
    """Let `readiness` say whether `app` may be sent requests."""
    _READINESS.keep(app, readiness)


@blueprint.route("/healthz", methods=["GET"])
@permission(PUBLIC)
@blueprint.doc(operationId="health_live")
@blueprint.response(200, HealthSchema)
def healthz() -> Response:
    """Tell that the process answers."""
    return json_answer({"status": "ok"}, headers=_OF_THE_MOMENT)


@blueprint.route("/readyz", methods=["GET"])
@permission(PUBLIC)
@blueprint.doc(operationId="health_ready")
@blueprint.response(200, ReadinessSchema)
@blueprint.alt_response(503, schema=ReadinessSchema)
def readyz() -> Response:
    """Tell whether the program may be sent requests, and if not, why."""
    found = [*_READINESS.here().problems(), *_shortage()]
    ready = not any(problem.is_error for problem in found)
    body: dict[str, Any] = {
        "status": "ready" if ready else "not ready",
        "problems": [str(problem) for problem in found],
    }
    return json_answer(body, 200 if ready else 503, _OF_THE_MOMENT)


def _shortage() -> list[SafetyProblem]:
    """Return that writes have failed for lack of room; reads are served, so that it is a warning."""
    reason = shortage().reason()
    return (
        []
        if reason is None
        else [SafetyProblem("resources", f"the database lacks room: {reason}", "warning")]
    )
