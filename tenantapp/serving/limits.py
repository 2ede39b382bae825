"""The limits of a request, as the server keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from tenantapp.http.api import LARGEST_BODY
from tenantapp.settings.load import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of what one worker process gives its clients."""

    connections: int
    threads: int
    backlog: int
    wait_seconds: float
    head_bytes: int
    head_seconds: float
    body_bytes: int
    upload_bytes: int
    body_seconds: float
    response_seconds: float
    slowest: int
    spool_bytes: int
    keep_alive_seconds: float = 2.0
    linger_seconds: float = 2.0

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that the settings ask for."""
        return cls(
            connections=settings.web_connections,
            threads=settings.web_threads,
            backlog=settings.web_backlog,
            wait_seconds=settings.thread_wait_seconds,
            head_bytes=settings.longest_head,
            head_seconds=settings.request_head_seconds,
            body_bytes=LARGEST_BODY,
            upload_bytes=settings.import_max_bytes,
            body_seconds=settings.request_body_seconds,
            response_seconds=settings.response_seconds,
            slowest=settings.slowest_bytes_per_second,
            spool_bytes=settings.spool_max_bytes,
        )

    @property
    def bulk_threads(self) -> int:
        """How many threads uploads and exports may take together."""
        return max(1, self.threads // 2)

    @property
    def tenant_threads(self) -> int:
        """How many threads one tenant may take: the others' requests find the rest."""
        return max(1, self.threads - max(1, self.threads // 4))

    @property
    def tenant_backlog(self) -> int:
        """How many requests of one tenant may wait for a thread."""
        return max(1, self.backlog // 2)
