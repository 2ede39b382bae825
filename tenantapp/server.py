"""How the application is served: `gunicorn -c python:tenantapp.server wsgi:app`."""

from __future__ import annotations

import gc
import os
import select
import socket
import sys
from typing import Any

from gunicorn.glogging import Logger

from tenantapp.embedded import development
from tenantapp.health.readiness import problems
from tenantapp.identity import guards
from tenantapp.observability import logs
from tenantapp.settings.load import require_settings

_settings = require_settings()

bind = _settings.listens_on
# Without epoll, as on macOS, a slow client holds a thread; a proxy in front keeps it off.
worker_class = "tenantapp.serving.worker.BufferedWorker" if hasattr(select, "epoll") else "gthread"
# A changed module is served at once.
reload = _settings.app_env == "development"
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


def on_starting(server: Any) -> None:
    """Refuse to start, and say why, where the port is taken or the application would not be safe."""
    # A new program that takes over from a running one gets its sockets.
    if "GUNICORN_FD" not in os.environ:
        _refuse_taken_ports(server.cfg.address)
    found = problems(development.complete(_settings))
    for problem in found:
        print(f"tenantapp: {problem}", file=sys.stderr)  # noqa: T201 - gunicorn's log is not up yet
    if any(problem.is_error for problem in found):
        sys.exit(3)


def when_ready(_server: Any) -> None:
    """Look at what was loaded no more when this process ends: that takes longer than a person waits."""
    gc.freeze()


def worker_exit(_server: Any, worker: Any) -> None:
    """End a worker that has finished at once, for the same reason; one that failed tells how."""
    if getattr(sys.exc_info()[1], "code", None) == 0:
        # No function of atexit's is called any more. One that was stopped as it began has no application.
        if app := getattr(worker, "wsgi", None):
            guards.finish(app)
        sys.stderr.flush()
        os._exit(0)


def _refuse_taken_ports(addresses: list[Any]) -> None:
    """End where a port cannot be had: gunicorn would try for five seconds, and tell each time."""
    for address in addresses:
        if isinstance(address, tuple):
            with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(address)
                except OSError as error:
                    shown = f"PORT: {address[0]}:{address[1]}: {error.strerror}"
                    print(f"tenantapp: error: {shown}", file=sys.stderr)  # noqa: T201 - as above
                    sys.exit(1)
