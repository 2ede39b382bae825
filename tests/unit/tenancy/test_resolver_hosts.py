"""What a Host names: the base domain, one label before it, or nothing that is served."""
# ruff: noqa: RUF001 - the look-alikes are the subject

from __future__ import annotations

import pytest

from tenantapp.tenancy.errors import HostRefused, TenantRequired
from tenantapp.tenancy.resolver import SubdomainResolver

BASE = "example.com"
HEADER = "X-Tenant-Subdomain"
IN_PRODUCTION = SubdomainResolver(BASE, HEADER, ip_is_bare=False)
IN_DEVELOPMENT = SubdomainResolver(BASE, HEADER, ip_is_bare=True)

IP_ADDRESSES = ("127.0.0.1", "127.0.0.1:8000", "10.1.2.3.", "[::1]", "[::1]:8000", "[2001:db8::7]:443")


@pytest.mark.parametrize(
    "host",
    [
        "acme.example.com",
        "ACME.Example.COM",
        "acme.example.com.",
        "acme.example.com:1",
        "acme.example.com:65535",
        "ACME.EXAMPLE.COM.:08000",
    ],
)
def test_case_port_and_one_trailing_dot_are_normalised(host: str) -> None:
    assert IN_PRODUCTION.subdomain_of(host, None) == "acme"


@pytest.mark.parametrize("label", ["a", "7", "0x7f", "a-b", "a--b", "3com", "x" * 63])
def test_every_dns_label_names_a_tenant(label: str) -> None:
    assert IN_PRODUCTION.subdomain_of(f"{label}.{BASE}", None) == label


@pytest.mark.parametrize("host", [BASE, "EXAMPLE.com", "example.com.", "example.com:443", "example.com.:443"])
def test_the_bare_base_domain_names_no_tenant(host: str) -> None:
    with pytest.raises(TenantRequired):
        IN_PRODUCTION.subdomain_of(host, None)


REFUSED: dict[str, list[str | None]] = {
    "an absent or empty host": [None, "", ".", ":", ":80"],
    "another domain": [
        *("evil.test", "com", "acme.example", "acme.example.com.evil.test", "acme.example.com:80.evil.test"),
        *("acmeexample.com", "acme-example.com", "example.com.example.com.evil.test", "acme.example.comm"),
        *("acme.xexample.com", "acme.example.com-"),
    ],
    "several labels": ["a.acme.example.com", "www.acme.example.com", "a.b.c.example.com"],
    "no DNS label": [
        *(
            ".example.com",
            "acme..example.com",
            "acme.example..com",
            "acme.example.com..",
            "-acme.example.com",
        ),
        *("acme-.example.com", "-.example.com", "ac_me.example.com", "*.example.com"),
        *(f"{'x' * 64}.example.com", f"{'x' * 5000}.example.com"),
    ],
    "parts of a URL": [
        *("user@acme.example.com", "user:password@acme.example.com", "acme.example.com@evil.test"),
        *("acme.example.com:80@evil.test", "http://acme.example.com", "acme.example.com/path"),
        *("acme.example.com?query", "acme.example.com#fragment", "evil.test/.example.com"),
        "evil.test\\.example.com",
    ],
    "a malformed port": [
        f"acme.example.com:{port}"
        for port in (
            "",
            "x",
            "-1",
            "+1",
            "65536",
            "99999",
            "000080",
            "80:80",
            " 80",
            "80 ",
            "8 0",
            "٨٠",
            "0x50",
        )
    ],
    "several hosts": [
        f"acme.example.com{separator}globex.example.com"
        for separator in (",", ", ", ";", " ", "\t", "\r\n", "\0")
    ],
    "an encoded international name": [
        f"{name}.example.com" for name in ("xn--acm-epa", "XN--ACM-EPA", "xn--")
    ],
}


@pytest.mark.parametrize(
    "host",
    [pytest.param(host, id=f"{kind}: {host!a:.40}") for kind, hosts in REFUSED.items() for host in hosts],
)
def test_a_host_that_is_not_the_base_domain_or_one_label_before_it_is_refused(host: str | None) -> None:
    _assert_refused(host)


@pytest.mark.parametrize("host", [None, "", "evil.test"])
def test_a_header_does_not_make_up_for_a_bad_host(host: str | None) -> None:
    with pytest.raises(HostRefused):
        IN_DEVELOPMENT.subdomain_of(host, "acme")


@pytest.mark.parametrize(
    "byte", [" ", "\t", "\n", "\r", "\v", "\f", "\0", "\x1f", "\x7f", "\x85", "\xa0", "\xff"]
)
def test_white_space_and_odd_bytes_are_refused_wherever_they_stand(byte: str) -> None:
    for host in (f"{byte}acme.example.com", f"ac{byte}me.example.com", f"acme.example.com{byte}"):
        _assert_refused(host)
    for host in (f"{byte}example.com", f"example.com{byte}", byte):
        _assert_refused(host)


@pytest.mark.parametrize(
    "host",
    [
        "аcme.example.com",  # a Cyrillic a
        "acmе.example.com",  # a Cyrillic e
        "\N{KELVIN SIGN}elvin.example.com",  # its lower case is an ASCII k
        "ａｃｍｅ.example.com",  # full width, ASCII after NFKC
        "acme。example.com",  # an ideographic full stop, a dot to IDNA
        "acme․example.com",  # a one dot leader
        "acme.exаmple.com",
        "ACME.EXAMPLE.COM\N{COMBINING DOT ABOVE}",
        "ac\N{ZERO WIDTH SPACE}me.example.com",
        "ac\N{SOFT HYPHEN}me.example.com",
        "\N{LATIN SMALL LETTER DOTLESS I}nitech.example.com",
        "stra\N{LATIN SMALL LETTER SHARP S}e.example.com",
    ],
)
def test_look_alike_unicode_is_refused(host: str) -> None:
    _assert_refused(host)
    # As a server hands the same bytes over: decoded as Latin-1 (PEP 3333).
    _assert_refused(host.encode().decode("latin-1"))


@pytest.mark.parametrize("host", IP_ADDRESSES)
def test_an_ip_address_counts_as_bare_in_development(host: str) -> None:
    assert IN_DEVELOPMENT.subdomain_of(host, "acme") == "acme"
    with pytest.raises(TenantRequired):
        IN_DEVELOPMENT.subdomain_of(host, None)


@pytest.mark.parametrize("host", IP_ADDRESSES)
def test_an_ip_address_is_refused_in_production(host: str) -> None:
    with pytest.raises(HostRefused):
        IN_PRODUCTION.subdomain_of(host, "acme")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.256", "127.1", "0177.0.0.1", "2130706433", "0x7f000001", "127.0.0.1.evil.test"),
        *("acme.127.0.0.1", "[127.0.0.1]", "::1", "::1:8000", "2001:db8::1:8000", "[::1", "::1]", "[[::1]]"),
        *("[::1]x", "[::1]:", "[::1%eth0]", "[::1%evil.test]:80", "[]"),
    ],
)
def test_what_is_no_plain_ip_address_is_refused_in_development_too(host: str) -> None:
    with pytest.raises(HostRefused):
        IN_DEVELOPMENT.subdomain_of(host, "acme")


@pytest.mark.parametrize("base", ["localhost", "api.example.co.uk"])
def test_the_base_domain_may_have_any_number_of_labels(base: str) -> None:
    resolver = SubdomainResolver(base, HEADER, ip_is_bare=False)
    assert resolver.subdomain_of(f"acme.{base}", None) == "acme"
    with pytest.raises(HostRefused):
        resolver.subdomain_of(f"a.acme.{base}", None)


def _assert_refused(host: str | None) -> None:
    for resolver in (IN_PRODUCTION, IN_DEVELOPMENT):
        with pytest.raises(HostRefused):
            resolver.subdomain_of(host, None)
