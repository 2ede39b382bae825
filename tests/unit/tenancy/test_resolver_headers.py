"""What the tenant header names, and what it may add to a Host."""
# ruff: noqa: RUF001 - the look-alikes are the subject

from __future__ import annotations

import pytest

from tenantapp.tenancy.errors import TenantHeaderRefused
from tenantapp.tenancy.resolver import SubdomainResolver

BASE = "example.com"
RESOLVER = SubdomainResolver(BASE, "X-Tenant-Subdomain", ip_is_bare=False)


@pytest.mark.parametrize("value", ["acme", "ACME", "Acme"])
def test_the_header_names_the_tenant_on_the_bare_host(value: str) -> None:
    assert RESOLVER.subdomain_of(BASE, value) == "acme"


@pytest.mark.parametrize("value", ["acme", "Acme"])
def test_header_and_host_may_agree(value: str) -> None:
    assert RESOLVER.subdomain_of("ACME.example.com:8000", value) == "acme"


@pytest.mark.parametrize("value", ["globex", "acm", "acmee", "acme-2"])
def test_header_and_host_that_differ_are_refused(value: str) -> None:
    with pytest.raises(TenantHeaderRefused, match="X-Tenant-Subdomain"):
        RESOLVER.subdomain_of("acme.example.com", value)


REFUSED = {
    "several": ["acme,acme", "acme, acme", "acme,globex", "acme,", ",acme", ","],
    "empty, white space and odd bytes": [
        *("", " ", " acme", "acme ", "ac me", "acme\n", "acme\r\nX-Tenant-Subdomain: globex", "acme\0"),
        *("\x7facme", "acme\x85", "acme\xa0"),
    ],
    "no DNS label": [
        *("acme.example.com", "a.acme", "acme.", ".acme", "acme:80", "acme@globex", "-acme", "acme-", "-"),
        *(
            "ac_me",
            "x" * 64,
            "x" * 100_000,
            "*",
            "%61cme",
            "acme%00",
            "' OR true --",
            "xn--acm-epa",
            "XN--ACM-EPA",
        ),
    ],
}


@pytest.mark.parametrize(
    "value",
    [pytest.param(each, id=f"{kind}: {each!a:.30}") for kind, values in REFUSED.items() for each in values],
)
def test_a_header_that_is_not_one_label_is_refused(value: str) -> None:
    _assert_refused(value)


@pytest.mark.parametrize(
    "value", ["аcme", "\N{KELVIN SIGN}elvin", "ａｃｍｅ", "ac\N{SOFT HYPHEN}me", "İnitech"]
)
def test_look_alike_unicode_is_refused(value: str) -> None:
    _assert_refused(value)
    _assert_refused(value.encode().decode("latin-1"))


def test_a_header_of_the_greatest_length_is_accepted() -> None:
    assert RESOLVER.subdomain_of(BASE, "x" * 63) == "x" * 63


def _assert_refused(value: str) -> None:
    """Refused wherever it is sent: beside a Host that names a tenant, too."""
    for host in (BASE, "acme.example.com"):
        with pytest.raises(TenantHeaderRefused):
            RESOLVER.subdomain_of(host, value)
