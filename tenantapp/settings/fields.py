"""What the program is told from outside: a field for each key, with what it expects."""
# ruff: noqa: RUF009 - setting() declares a dataclass field; nothing is shared between instances

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

from marshmallow.validate import Length, OneOf, Range, Regexp
from sqlalchemy import URL

from tenantapp.places import home
from tenantapp.settings.addresses import TLS_VERSIONS
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.settings.environment import SettingsError, catalogue, setting

ROOT = home()
ENVIRONMENTS = ("development", "testing", "staging", "production")
POOLERS = ("none", "transaction")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
PUBLISHED_KEY = "published-with-the-source-for-development-only"


def _length(value: str) -> str:
    return f"{len(value)} characters"


def _hidden(_: str) -> str:
    return "another value (not shown, it may hold a password)"


def _whole_number(low: int, high: int, *, default: int, unit: str = "") -> Any:
    expects = f"a whole number{unit} from {low} to {high}"
    return setting("int", expects, default=default, validate=Range(low, high))


def _seconds(low: float, high: float, *, default: float) -> Any:
    expects = f"a number of seconds from {low:g} to {high:g}"
    return setting("float", expects, default=default, validate=Range(low, high))


def _address(purpose: str, **defaults: Any) -> Any:
    expects = f"the address {purpose}, as postgresql://user:password@host:5432/database"
    return setting("address", expects, shown=_hidden, **defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the program is told from outside; a field is read from the key of its name in capitals."""

    app_env: str = setting(
        "str", f"one of {', '.join(ENVIRONMENTS)}", default="production", validate=OneOf(ENVIRONMENTS)
    )
    secret_key: str = setting(
        "str",
        "an unpublished secret of at least 32 characters",
        by_environment={"development": PUBLISHED_KEY, "testing": PUBLISHED_KEY},
        shown=_length,
        validate=Length(min=32),
    )
    context_key: ContextKey | None = setting(
        "context_key",
        "the database's context key, as <id>:<64 hexadecimal digits> (or CONTEXT_KEY_FILE)",
        default=None,
        by_environment={"testing": PUBLISHED_CONTEXT_KEY},
        shown=_length,
    )
    context_key_file: Path | None = setting("path", "a file that holds the context key alone", default=None)
    base_domain: str = setting(
        "host_name", "a host name without port, such as example.com", default="localhost"
    )
    tenant_header: str = setting(
        "str",
        "a header name of letters, digits and hyphens",
        default="X-Tenant-Subdomain",
        validate=Regexp(re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")),
    )
    tenant_resolver: str = setting(
        "resolver",
        "the import path of a TenantResolver, such as package.module:Class",
        default="tenantapp.tenancy.resolver:SubdomainResolver",
    )
    trusted_proxies: int = _whole_number(0, 10, default=0)
    database_pooler: str = setting(
        "str", f"one of {', '.join(POOLERS)}", default="none", validate=OneOf(POOLERS)
    )
    cors_origins: tuple[str, ...] = setting(
        "origins",
        "origins such as https://app.example.com, separated by commas and never *",
        default=(),
    )
    log_level: str = setting(
        "upper", f"one of {', '.join(LOG_LEVELS)}", default="INFO", validate=OneOf(LOG_LEVELS)
    )
    sql_echo: bool = setting("bool", "true or false", default=False, by_environment={"development": True})
    role_prefix: str = setting(
        "str",
        "up to 41 lower-case letters, digits and underscores, a letter first",
        default="tenantapp",
        validate=Regexp(re.compile(r"[a-z][a-z0-9_]{0,40}\Z")),
    )
    database_url: URL | None = _address(
        "the application serves requests with (or the DB_ keys)",
        by_environment={"development": None, "testing": None},
    )
    migration_database_url: URL | None = _address("of the owner, for migrations", default=None)
    platform_database_url: URL | None = _address("of the operator's role", default=None)
    bootstrap_database_url: URL | None = _address(
        "of a role that may create roles and databases", default=None
    )
    scratch_database_url: URL | None = _address(
        "of a role that may create roles and databases where migrations are tried out", default=None
    )
    watchdog_database_url: URL | None = _address("of the role that ends what takes too long", default=None)
    allow_unverified_tls: bool = setting("bool", "true or false", default=False)
    database_tls_min: str | None = setting(
        "str",
        f"one of {', '.join(TLS_VERSIONS)}",
        default="TLSv1.3",
        by_environment={"development": None, "testing": None},
        validate=OneOf(TLS_VERSIONS),
    )
    pool_min_size: int = _whole_number(0, 1000, default=2)
    pool_max_size: int = _whole_number(1, 1000, default=10)
    pool_tenant_share: int | None = setting(
        "int", "a whole number from 1 to 1000", default=None, validate=Range(1, 1000)
    )
    pool_max_idle: float = setting(
        "float", "a number of seconds from 1 to 86400", default=30.0, validate=Range(1, 86_400)
    )
    # libpq counts whole seconds, takes 1 for 2, and waits for ever on 0.
    connect_timeout: int = _whole_number(2, 300, default=2, unit=" of seconds")
    statement_timeout_ms: int = _whole_number(1, 3_600_000, default=8_000, unit=" of milliseconds")
    lock_timeout_ms: int = _whole_number(1, 3_600_000, default=5_000, unit=" of milliseconds")
    idle_in_transaction_timeout_ms: int = _whole_number(1, 3_600_000, default=60_000, unit=" of milliseconds")
    request_loan_seconds: float = setting(
        "float", "a number of seconds from 0.1 to 86400", default=10.0, validate=Range(0.1, 86_400)
    )
    longest_loan_seconds: float = setting(
        "float", "a number of seconds from 0.1 to 86400", default=300.0, validate=Range(0.1, 86_400)
    )
    answer_max_bytes: int = _whole_number(65_536, 1024**3, default=64 * 1024**2, unit=" of bytes")
    answer_max_rows: int = _whole_number(1000, 10_000_000, default=100_000)
    watchdog_seconds: float | None = setting(
        "float", "a number of seconds from 0.1 to 86400", default=None, validate=Range(0.1, 86_400)
    )
    app_connection_limit: int = _whole_number(1, 100_000, default=60)
    platform_connection_limit: int = _whole_number(1, 100_000, default=10)
    temp_file_limit_mb: int = _whole_number(1, 1_000_000, default=1024, unit=" of megabytes")
    directory_cache_seconds: float = setting(
        "float",
        "a number of seconds above 0 and up to 5",
        default=5.0,
        validate=Range(0, 5, min_inclusive=False),
    )
    import_max_bytes: int = _whole_number(1024, 10 * 1024**3, default=100 * 1024**2, unit=" of bytes")
    import_max_rows: int = _whole_number(1, 10_000_000, default=200_000)
    instance_path: Path = setting("path", "a folder", default=ROOT / "instance")
    bind_address: IPv4Address | IPv6Address = setting(
        "ip_address", "an IP address of this machine, such as 0.0.0.0", default=IPv4Address("127.0.0.1")
    )
    port: int = _whole_number(1, 65_535, default=8000)
    web_workers: int = _whole_number(1, 128, default=2)
    web_threads: int = _whole_number(1, 1024, default=8)
    web_connections: int = _whole_number(1, 100_000, default=2000)
    web_backlog: int = _whole_number(1, 100_000, default=64)
    thread_wait_seconds: float = _seconds(0.1, 3600, default=10.0)
    longest_head: int = _whole_number(1024, 1024**2, default=32 * 1024, unit=" of bytes")
    request_head_seconds: float = _seconds(0.1, 3600, default=10.0)
    request_body_seconds: float = _seconds(0.1, 3600, default=20.0)
    response_seconds: float = _seconds(0.1, 3600, default=20.0)
    slowest_bytes_per_second: int = _whole_number(1, 1024**3, default=32 * 1024, unit=" of bytes")
    spool_max_bytes: int = _whole_number(1024**2, 10 * 1024**4, default=1024**3, unit=" of bytes")

    @property
    def listens_on(self) -> str:
        """Where the web server listens, as gunicorn writes it."""
        host = f"[{self.bind_address}]" if self.bind_address.version == 6 else str(self.bind_address)
        return f"{host}:{self.port}"

    def require(self, name: str, needed_by: str = "this command") -> URL:
        """Return an address, for a command that cannot do without it.

        Args:
            name: the field, such as `migration_database_url`.
            needed_by: the command, as the error names it.

        Raises:
            SettingsError: the address is not set.
        """
        url: URL | None = getattr(self, name)
        if url is None:
            key = name.upper()
            raise SettingsError({key: f"expected {KEYS[key]}, got nothing; {needed_by} needs it"})
        return url

    def require_context_key(self) -> ContextKey:
        """Return the context key.

        Raises:
            SettingsError: there is none.
        """
        if self.context_key is None:
            raise SettingsError({"CONTEXT_KEY": f"expected {KEYS['CONTEXT_KEY']}, got nothing"})
        return self.context_key


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseParts:
    """What `DATABASE_URL` consists of, for those who are given it in parts."""

    db_host: str | None = setting("str", "the database's host, or the folder of its socket", default=None)
    db_port: int = _whole_number(1, 65_535, default=5432)
    db_name: str | None = setting("str", "the database's name", default=None)
    db_user: str | None = setting("str", "the role the application logs in as", default=None)
    db_password: str | None = setting("str", "that role's password", default=None, shown=_length)


KEYS: dict[str, str] = {
    key: declared.expects for key, declared in (catalogue(Settings) | catalogue(DatabaseParts)).items()
}
