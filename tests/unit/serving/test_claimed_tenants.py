"""Whose share of the threads a request takes, as its head claims."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Self, cast

import pytest

from tenantapp.serving.worker import _tenant_of
from tenantapp.settings.load import Settings
from tenantapp.tenancy.directory import CachedDirectory
from tenantapp.tenancy.hooks import Tenancy
from tenantapp.tenancy.resolver import ReadHeader, SubdomainResolver, TenantResolver


class FailingResolver:
    """Has a fault that some heads bring out."""

    @classmethod
    def of(cls, _settings: Settings) -> Self:
        """Return one."""
        return cls()

    def resolve(self, _host: str | None, header: ReadHeader) -> str:
        """Fail without the header."""
        return cast(Any, header("X-Account")).lower()  # type: ignore[no-any-return]


BY_HOST = SubdomainResolver("localhost", "X-Tenant-Subdomain", ip_is_bare=True)


def claimed(resolver: TenantResolver, headers: dict[str, str], *, behind_proxies: bool = False) -> str:
    tenancy = Tenancy(resolver, cast(CachedDirectory, None))
    request = SimpleNamespace(headers=list(headers.items()))
    return str(_tenant_of(tenancy, behind_proxies=behind_proxies)(request))


@pytest.mark.parametrize(
    ("headers", "tenant"),
    [
        ({"HOST": "acme.localhost"}, "acme"),
        ({"HOST": "localhost", "X-TENANT-SUBDOMAIN": "acme"}, "acme"),
        ({"HOST": "localhost"}, ""),
        ({"HOST": "elsewhere.example"}, ""),
    ],
)
def test_the_resolver_reads_the_head_before_there_is_a_request(headers: dict[str, str], tenant: str) -> None:
    assert claimed(BY_HOST, headers) == tenant


def test_the_forwarded_host_counts_behind_proxies_alone() -> None:
    headers = {"HOST": "acme.localhost", "X-FORWARDED-HOST": "globex.localhost"}
    assert claimed(BY_HOST, headers) == "acme"
    assert claimed(BY_HOST, headers, behind_proxies=True) == "globex"


def test_a_resolver_that_fails_does_not_end_the_worker() -> None:
    """The guard asks it again, and answers 500 to that request alone."""
    assert claimed(FailingResolver(), {"X-ACCOUNT": "ACME"}) == "acme"
    assert claimed(FailingResolver(), {}) == ""
