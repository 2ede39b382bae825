"""Whatever is sent, the resolver refuses it or returns what literally stands there."""
# ruff: noqa: RUF001 - the look-alikes are the subject

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tenantapp.tenancy.errors import TenancyError
from tenantapp.tenancy.resolver import SubdomainResolver

BASE = "example.com"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
RESOLVERS = [SubdomainResolver(BASE, "X-Tenant-Subdomain", ip_is_bare=bare) for bare in (True, False)]

labels = st.from_regex(LABEL, fullmatch=True).filter(lambda label: not label.startswith("xn--"))
odd_text = st.text() | st.text(alphabet="acme.-:@[]%xn \t\x00,0123456789\N{KELVIN SIGN}ａ。")
near_hosts = st.builds(
    "{}{}{}{}".format,
    st.one_of(odd_text, labels),
    st.sampled_from([".", "", "..", "。"]),
    st.sampled_from([BASE, BASE.upper(), f"{BASE}.", f"{BASE}.evil.test", "exampl\N{KELVIN SIGN}.com"]),
    st.sampled_from(["", ":", ":80", ":65536", "."]) | odd_text,
)
hosts = st.none() | odd_text | near_hosts | st.ip_addresses().map(str)
headers = st.none() | odd_text | labels


@pytest.mark.parametrize("resolver", RESOLVERS, ids=["development", "production"])
@given(host=hosts, header=headers)
@example(host=BASE, header="\N{KELVIN SIGN}elvin")
@example(host="::1", header="acme")
def test_the_answer_is_a_label_that_was_literally_sent(
    resolver: SubdomainResolver, host: str | None, header: str | None
) -> None:
    try:
        subdomain = resolver.subdomain_of(host, header)
    except TenancyError:
        return
    assert LABEL.fullmatch(subdomain)
    assert host is not None
    in_host = re.fullmatch(rf"({LABEL.pattern})\.example\.com\.?(:\d+)?", host, re.ASCII | re.IGNORECASE)
    sent = [in_host[1].lower()] if in_host else []
    if header is not None:
        assert header.isascii()
        sent.append(header.lower())
    assert set(sent) == {subdomain}


@pytest.mark.parametrize("resolver", RESOLVERS, ids=["development", "production"])
@given(
    label=labels, port=st.none() | st.integers(0, 65_535), dot=st.sampled_from(["", "."]), upper=st.booleans()
)
def test_every_well_formed_host_is_understood(
    resolver: SubdomainResolver, label: str, port: int | None, dot: str, upper: bool
) -> None:
    host = f"{label}.{BASE}{dot}" + ("" if port is None else f":{port}")
    assert resolver.subdomain_of(host.upper() if upper else host, None) == label


@given(host=labels, header=labels)
def test_two_tenants_are_never_one(host: str, header: str) -> None:
    assume(host != header)
    with pytest.raises(TenancyError):
        RESOLVERS[0].subdomain_of(f"{host}.{BASE}", header)
