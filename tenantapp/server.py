"""How gunicorn serves the application: `gunicorn -c python:tenantapp.server wsgi:app`."""

from __future__ import annotations

import sys
from typing import Any

from tenantapp import development
from tenantapp.config import require_settings
from tenantapp.health.readiness import problems

_settings = require_settings()

bind = f"127.0.0.1:{_settings.port}"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
# What a proxy forwards is the application's to judge (TRUSTED_PROXIES). By itself gunicorn would let any
# client on this machine choose the path and the scheme by headers.
forwarded_allow_ips = ""
forwarder_headers = ""
# Requests are logged by the application, with their tenant.
accesslog = None
errorlog = "-"
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Refuse to start, and say why, where the application would not be safe."""
    found = problems(development.complete(_settings))
    for problem in found:
        print(f"tenantapp: {problem}", file=sys.stderr)  # noqa: T201 - gunicorn's log is not up yet
    if any(problem.is_error for problem in found):
        sys.exit(3)
