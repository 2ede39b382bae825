"""How gunicorn serves the application: `gunicorn -c python:tenantapp.server wsgi:app`."""

from __future__ import annotations

import sys
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from tenantapp import development, logs
from tenantapp.config import require_settings
from tenantapp.health.readiness import problems

_settings = require_settings()

bind = _settings.listens_on
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


class ProgramsLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's logger, in the master too led to where the program's log is written."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's own handlers, then take them over."""
        super().setup(cfg)
        logs.configure(_settings)


logger_class = ProgramsLogger


def on_starting(_server: Any) -> None:
    """Refuse to start, and say why, where the application would not be safe."""
    found = problems(development.complete(_settings))
    for problem in found:
        print(f"tenantapp: {problem}", file=sys.stderr)  # noqa: T201 - gunicorn's log is not up yet
    if any(problem.is_error for problem in found):
        sys.exit(3)
