"""Database addresses: read from text, and checked for TLS that verifies the server."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+psycopg"
SCHEMES = ("postgresql", "postgres", DRIVER)
VERIFYING_MODES = ("verify-full", "verify-ca")


class Address(fields.Field[URL]):
    """An address of a PostgreSQL database, always with the driver psycopg."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> URL:
        try:
            url = make_url(super()._deserialize(value, attr, data, **kwargs))
        except (ArgumentError, ValueError) as error:
            raise ValidationError("Not an address.") from error
        if url.drivername not in SCHEMES or not url.database or not 0 < (url.port or 5432) < 65536:
            raise ValidationError("Not the address of a PostgreSQL database.")
        return url.set(drivername=DRIVER)


def uses_network(url: URL, environ: Mapping[str, str]) -> bool:
    """Tell whether a connection may leave this machine's Unix sockets.

    Args:
        url: the address.
        environ: where libpq looks for what the address leaves out.
    """
    if url.query.keys() & {"hostaddr", "service"}:
        return True
    hosts = [host for host in (url.host, *_listed(url, "host")) if host]
    if not hosts:
        return any(environ.get(key) for key in ("PGHOST", "PGHOSTADDR", "PGSERVICE"))
    return not all(host.startswith("/") for host in hosts)


def unverified_tls(url: URL, environ: Mapping[str, str]) -> str | None:
    """Say what an address has in place of a verifying sslmode, or None where it needs nothing.

    Args:
        url: the address.
        environ: where libpq looks for what the address leaves out.
    """
    modes = _listed(url, "sslmode")
    if not uses_network(url, environ) or (len(modes) == 1 and modes[0] in VERIFYING_MODES):
        return None
    return f"sslmode={','.join(modes)}" if modes else "no sslmode"


def _listed(url: URL, name: str) -> list[str]:
    value = url.query.get(name, ())
    return [part for item in ([value] if isinstance(value, str) else value) for part in item.split(",")]
