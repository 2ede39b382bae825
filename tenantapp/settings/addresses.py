"""Database addresses: read from text, held to TLS that verifies the server, and printed without secrets."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+psycopg"
SCHEMES = ("postgresql", "postgres", DRIVER)
VERIFYING_MODE = "verify-full"
"""The one mode that checks both the authority and the server's name."""
TLS_VERSIONS = ("TLSv1.2", "TLSv1.3")
_LOWEST_TLS = "ssl_min_protocol_version"
# Whatever else an address may hold, now or in a later libpq, may be a secret.
_PRINTED = frozenset(
    (
        *("host", "hostaddr", "port", "service", "sslmode", "sslrootcert", _LOWEST_TLS),
        *("ssl_max_protocol_version", "channel_binding", "target_session_attrs", "connect_timeout"),
    )
)


class Address(fields.Field[URL]):
    """An address of a PostgreSQL database, always with the driver psycopg."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> URL:
        try:
            url = make_url(super()._deserialize(value, attr, data, **kwargs))
        except (ArgumentError, ValueError) as error:
            raise ValidationError("Not an address.") from error
        if url.drivername not in SCHEMES or not url.database or not 0 < (url.port or 5432) < 65536:
            raise ValidationError("Not the address of a PostgreSQL database.")
        return _with_credentials_in_place(url.set(drivername=DRIVER))


def _with_credentials_in_place(url: URL) -> URL:
    """Move a user and a password that came as parameters to where each program looks for them and hides them.

    Raises:
        ValidationError: one of them is given twice.
    """
    user, password = url.query.get("user"), url.query.get("password")
    if isinstance(user, tuple) or isinstance(password, tuple):
        raise ValidationError("Several users or passwords.")
    if (user and url.username) or (password and url.password):
        raise ValidationError("Two users or passwords.")
    moved = url.set(username=url.username or user, password=url.password or password)
    return moved.difference_update_query(["user", "password"])


def printable(url: URL) -> str:
    """Return an address as output may show it: without its password and any parameter that may be a secret.

    Args:
        url: the address.
    """
    shown = {name: value for name, value in url.query.items() if name in _PRINTED}
    return url.set(drivername="postgresql", query=shown).render_as_string(hide_password=True)


def uses_network(url: URL, environ: Mapping[str, str]) -> bool:
    """Tell whether a connection may leave this machine's Unix sockets.

    Args:
        url: the address.
        environ: where libpq looks for what the address leaves out.
    """
    # libpq takes an address of a host before the folder of a socket, wherever it finds it.
    if url.query.keys() & {"hostaddr", "service"} or environ.get("PGHOSTADDR"):
        return True
    hosts = [host for host in (url.host, *_listed(url, "host")) if host]
    if not hosts:
        return any(environ.get(key) for key in ("PGHOST", "PGSERVICE"))
    return not all(host.startswith("/") for host in hosts)


def unverified_tls(url: URL, environ: Mapping[str, str]) -> str | None:
    """Say what an address has in place of sslmode=verify-full, or None where it needs nothing.

    PGSSLMODE does not count: it may be set for one program and absent for the next.

    Args:
        url: the address.
        environ: where libpq looks for what the address leaves out.
    """
    modes = _listed(url, "sslmode")
    if not uses_network(url, environ) or modes == [VERIFYING_MODE]:
        return None
    return f"sslmode={','.join(modes)}" if modes else "no sslmode"


def with_lowest_tls(url: URL, lowest: str | None, environ: Mapping[str, str]) -> URL:
    """Return an address that libpq refuses an older TLS for; one that names a version itself stays.

    Args:
        url: the address.
        lowest: one of TLS_VERSIONS, or None for libpq's own default.
        environ: where libpq looks for what the address leaves out.
    """
    if lowest is None or _LOWEST_TLS in url.query or not uses_network(url, environ):
        return url
    return url.update_query_dict({_LOWEST_TLS: lowest})


def old_tls(url: URL) -> str | None:
    """Say which TLS an address asks for that is older than 1.2, or None where it asks for none."""
    versions = _listed(url, _LOWEST_TLS)
    if _LOWEST_TLS not in url.query or (len(versions) == 1 and versions[0] in TLS_VERSIONS):
        return None
    return f"{_LOWEST_TLS}={','.join(versions)}"


def _listed(url: URL, name: str) -> list[str]:
    value = url.query.get(name, ())
    return [part for item in ([value] if isinstance(value, str) else value) for part in item.split(",")]
