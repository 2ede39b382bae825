"""A gunicorn worker whose threads get complete requests alone: gunicorn starts, watches and replaces it."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import sys
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from gunicorn.http.message import Request
from gunicorn.workers.base import Worker

from tenantapp.http.headers import completion
from tenantapp.serving.limits import Limits
from tenantapp.serving.loop import Loop
from tenantapp.serving.service import ServedApp
from tenantapp.settings.load import require_settings
from tenantapp.tenancy.hooks import TENANCY, Tenancy

_OTHER_FILES = 256
_LOOKING_SECONDS = 0.2
# glibc's parameters of malloc.h, and what they are set to.
_MALLOC = {"M_TRIM_THRESHOLD": (-1, 128 * 1024), "M_MMAP_THRESHOLD": (-3, 128 * 1024), "M_ARENA_MAX": (-8, 2)}


class BufferedWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """One process of the server; `tenantapp.serving.loop` says how it works."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what this worker does not do."""
        if cfg.is_ssl:
            log.error("TLS ends at a proxy: this worker takes no certificate")
            raise SystemExit(1)

    def load_wsgi(self) -> None:
        """Load the application; one that is broken, in development, is waited for until a file is changed."""
        try:
            self.wsgi = self.app.wsgi()
        except Exception as error:
            if not self.cfg.reload:
                raise
            self._wait_for_change(error)

    def _wait_for_change(self, error: Exception) -> NoReturn:
        # A module that could not be loaded is not among those that the reloader knows.
        broken = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError) and error.filename:
            broken.append(error.filename)
        files = {*self.reloader.get_files(), *broken}
        before = _written(files)
        traceback.print_exception(error)
        while self.alive and self._is_looked_after() and _written(files) == before:
            time.sleep(_LOOKING_SECONDS)
        sys.exit(0)

    def run(self) -> None:
        """Serve until told to stop; then finish what has begun."""
        # What was loaded stays: nobody need look for garbage in it.
        gc.collect()
        gc.freeze()
        _give_memory_back()
        settings = require_settings()
        limits = Limits.of(settings)
        _allow_files(limits.connections + limits.threads + _OTHER_FILES)
        service = ServedApp(
            app=self.wsgi,
            config=self.cfg,
            limits=limits,
            complete=completion(settings),
            tenant_of=_tenant_of(TENANCY.of(self.wsgi), behind_proxies=settings.trusted_proxies > 0),
        )
        loop = Loop(service, self.sockets, self.PIPE)
        loop.start()
        while self.alive and self._is_looked_after():
            loop.turn()
        loop.stop()
        until = time.monotonic() + self.cfg.graceful_timeout
        while not loop.is_idle and time.monotonic() < until and self._is_looked_after():
            loop.turn()

    def _is_looked_after(self) -> bool:
        """Tell the arbiter that this worker lives, and look whether the arbiter does."""
        self.notify()
        return bool(self.ppid == os.getppid())


def _written(files: Iterable[str]) -> dict[str, float]:
    """Return when each of the files that there are was written last."""
    return {name: Path(name).stat().st_mtime for name in files if Path(name).exists()}


def _give_memory_back() -> None:
    """Have glibc give back what a large request took, instead of keeping it; another libc is left alone."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in _MALLOC.values():
            mallopt(parameter, value)


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def _tenant_of(tenancy: Tenancy, *, behind_proxies: bool) -> Any:
    def tenant_of(request: Request) -> str:
        headers = dict(request.headers)
        host = headers.get("HOST")
        if behind_proxies:
            host = headers.get("X-FORWARDED-HOST", host)
        try:
            return tenancy.resolver.resolve(host, lambda name: headers.get(name.upper()))
        except Exception:  # noqa: BLE001 - the guard asks again, and answers whatever is wrong
            return ""

    return tenant_of
