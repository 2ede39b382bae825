"""What a worker serves, and by which rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gunicorn.config import Config
from gunicorn.http.message import Request

from tenantapp.http.edge import Headers
from tenantapp.serving.limits import Limits

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class ServedApp:
    """What a worker serves.

    Args:
        app: the application.
        config: gunicorn's settings, whose limits hold for lines and fields of a head.
        limits: how much of what a client gets.
        complete: adds the headers that all answers have.
        tenant_of: tells whom a request is for, as it claims.
    """

    app: WsgiApp
    config: Config
    limits: Limits
    complete: Callable[[Headers], Headers]
    tenant_of: Callable[[Request], str]
