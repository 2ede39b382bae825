"""From a request's Host and header to the subdomain of one tenant, by the narrowest reading of both."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, Self

from tenantapp.tenancy.errors import HostRefused, TenantHeaderRefused, TenantRequired

if TYPE_CHECKING:
    from tenantapp.settings.load import Settings

ReadHeader = Callable[[str], str | None]
"""Gives a header of the request by its name, in any case; repeated ones joined by a comma; None for none."""

# RFC 1035 2.3.1 and RFC 1123 2.1: letters, digits and inner hyphens, 63 octets at most.
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")


def is_dns_label(text: str) -> bool:
    """Tell whether `text` is one DNS label in lower case and not an IDN's encoded form."""
    return bool(_LABEL.match(text)) and not text.startswith("xn--")


class TenantResolver(Protocol):
    """Tells which tenant a request names.

    The setting TENANT_RESOLVER chooses the class, as `package.module:Class`. One instance serves all threads
    of a process. It is asked before the request has a thread, and again before its guard: it answers from
    what it is given alone, at once. What it answers is a claim: the directory then says whether there is such
    a tenant, and the guard whether the credential is one of that tenant's.
    """

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the resolver that a deployment's settings ask for."""

    def resolve(self, host: str | None, header: ReadHeader) -> str:
        """Return the subdomain by which the directory knows the tenant.

        Args:
            host: the Host as received, or None where the request had none. Behind trusted proxies it is the
                one that they forward.
            header: reads a header of the request.

        Raises:
            TenantRequired: the request names no tenant.
            TenancyError: it does not name one clearly; the error's status answers it.
        """


class SubdomainResolver:
    """Reads the tenant's subdomain out of Host and TENANT_HEADER: the resolver where none is set.

    Args:
        base_domain: the domain that tenants are labels of, in lower case.
        header: the header's name, for the messages.
        ip_is_bare: whether an IP address counts as the bare base domain (development).
    """

    def __init__(self, base_domain: str, header: str, *, ip_is_bare: bool) -> None:
        self._base = base_domain
        self._suffix = "." + base_domain
        self._header = header
        self._ip_is_bare = ip_is_bare

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the one for the settings' BASE_DOMAIN and TENANT_HEADER."""
        in_development = settings.app_env in ("development", "testing")
        return cls(settings.base_domain, settings.tenant_header, ip_is_bare=in_development)

    def resolve(self, host: str | None, header: ReadHeader) -> str:
        """Return the subdomain that Host and TENANT_HEADER agree on; see `subdomain_of`."""
        return self.subdomain_of(host, header(self._header))

    def subdomain_of(self, host: str | None, header_value: str | None) -> str:
        """Return the subdomain that Host and header agree on.

        Args:
            host: the Host as received, or None where the request had none.
            header_value: the tenant header as received, or None where the request had none. A server joins
                repeated headers by a comma, which no DNS label holds.

        Raises:
            HostRefused: Host is absent, malformed, or not of the base domain.
            TenantHeaderRefused: the header is repeated, malformed, or names another tenant than Host.
            TenantRequired: neither names a tenant.
        """
        from_host = self._from_host(host)
        from_header = self._from_header(header_value)
        if from_host and from_header and from_host != from_header:
            raise TenantHeaderRefused(f"Host names one tenant and {self._header} another; send one of them.")
        subdomain = from_host or from_header
        if subdomain is None:
            raise TenantRequired(
                f"Name the tenant: as the one label before {self._base} in Host, or in {self._header}."
            )
        return subdomain

    def _from_host(self, host: str | None) -> str | None:
        name = _without_port(host or "")
        if name == self._base or (self._ip_is_bare and _is_ip(name)):
            return None
        label = name.removesuffix(self._suffix)
        if label == name or not is_dns_label(label):
            raise HostRefused(f"Host must be {self._base}, or one DNS label before it.")
        return label

    def _from_header(self, value: str | None) -> str | None:
        if value is None:
            return None
        label = value.lower()
        # Some letters are no ASCII and their lower case is.
        if not value.isascii() or not is_dns_label(label):
            raise TenantHeaderRefused(f"{self._header} must be sent once and be one DNS label.")
        return label


def _without_port(host: str) -> str:
    """Normalise case, port and one trailing dot; anything that is not a host and a port stays unlike one."""
    name, colon, port = host.rpartition(":")
    if colon and not host.endswith("]"):
        if not _PORT.match(port) or int(port) > 65535:
            return ""
    else:
        name = host
    return name.lower().removesuffix(".") if name.isascii() else ""


def _is_ip(name: str) -> bool:
    """Tell whether `name` is an IPv4 address, or an IPv6 one in brackets without a zone (RFC 3986 3.2.2)."""
    in_brackets = name.startswith("[") and name.endswith("]") and "%" not in name
    try:
        ipaddress.IPv6Address(name[1:-1]) if in_brackets else ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
