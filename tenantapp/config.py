"""Settings, read from the environment and `.env`; every problem is reported at once, by key."""
# ruff: noqa: RUF009 - setting() declares a dataclass field; nothing is shared between instances

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow.validate import Length, OneOf, Range, Regexp
from sqlalchemy import URL

from tenantapp.addresses import DRIVER, unverified_tls, uses_network
from tenantapp.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.environment import SettingsError, catalogue, read, read_dotenv, setting

__all__ = ["KEYS", "Settings", "SettingsError", "load_settings", "require_settings"]

ROOT = Path(__file__).resolve().parent.parent
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
    watchdog_database_url: URL | None = _address("of the role that ends what takes too long", default=None)
    allow_unverified_tls: bool = setting("bool", "true or false", default=False)
    pool_min_size: int = _whole_number(0, 1000, default=2)
    pool_max_size: int = _whole_number(1, 1000, default=10)
    pool_max_idle: float = setting(
        "float", "a number of seconds from 1 to 86400", default=30.0, validate=Range(1, 86_400)
    )
    # libpq counts whole seconds, takes 1 for 2, and waits for ever on 0.
    connect_timeout: int = _whole_number(2, 300, default=2, unit=" of seconds")
    statement_timeout_ms: int = _whole_number(1, 3_600_000, default=30_000, unit=" of milliseconds")
    lock_timeout_ms: int = _whole_number(1, 3_600_000, default=5_000, unit=" of milliseconds")
    idle_in_transaction_timeout_ms: int = _whole_number(1, 3_600_000, default=60_000, unit=" of milliseconds")
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
    port: int = _whole_number(1, 65_535, default=8000)
    web_workers: int = _whole_number(1, 128, default=2)
    web_threads: int = _whole_number(1, 1024, default=8)

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
ADDRESSES = tuple(key.lower() for key in KEYS if key.endswith("DATABASE_URL"))


def load_settings(environ: Mapping[str, str] | None = None, dotenv: Path | None = ROOT / ".env") -> Settings:
    """Read the settings, the environment before `.env`; a key with an empty value counts as absent.

    Args:
        environ: the environment; the process's own by default. It is not changed.
        dotenv: a file of further keys, which need not exist; None for no file.

    Raises:
        SettingsError: anything is missing or wrong; it holds all problems.
    """
    lines, problems = read_dotenv(dotenv) if dotenv else ({}, {})
    merged = lines | dict(os.environ if environ is None else environ)
    given = {key: value for key, value in merged.items() if value}
    # A wrong APP_ENV gets no default of its own: like an absent one, it asks for all that production does.
    app_env = given.get("APP_ENV", "production")
    values, wrong = read(Settings, given, app_env)
    parts, wrong_parts = read(DatabaseParts, given, app_env)
    problems |= wrong | wrong_parts
    if given.keys() & catalogue(DatabaseParts):
        _join_parts(values, parts, given, problems)
    _take_context_key(values, given, problems)
    _check_together(values, given, problems)
    if problems:
        raise SettingsError(problems)
    return Settings(**values | {"instance_path": ROOT / values["instance_path"].expanduser()})


def require_settings() -> Settings:
    """Return the settings, or print what is wrong with them and exit with code 2."""
    try:
        return load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def _join_parts(
    values: dict[str, Any], parts: Mapping[str, Any], given: Mapping[str, str], problems: dict[str, str]
) -> None:
    if "DATABASE_URL" in given:
        both = ", ".join(key for key in catalogue(DatabaseParts) if key in given)
        problems["DATABASE_URL"] = f"expected either this or the DB_ keys, got both this and {both}"
        return
    problems.pop("DATABASE_URL", None)
    missing = [key for key in catalogue(DatabaseParts) if parts[key.lower()] is None and key not in problems]
    for key in missing:
        problems[key] = f"expected {KEYS[key]}, got nothing, and the DB_ keys go together"
    if missing or parts["db_port"] is None:
        return
    url = URL.create(
        DRIVER,
        username=parts["db_user"],
        password=parts["db_password"],
        host=parts["db_host"],
        port=parts["db_port"],
        database=parts["db_name"],
    )
    # The parts have no key for TLS, so production chooses for them.
    if values["app_env"] == "production" and not values["allow_unverified_tls"] and uses_network(url, given):
        url = url.update_query_dict({"sslmode": "verify-full"})
    values["database_url"] = url


def _take_context_key(values: dict[str, Any], given: Mapping[str, str], problems: dict[str, str]) -> None:
    """Read the key's file, where one is given; ask for one of the two where a default would be a risk."""
    path = values["context_key_file"]
    if path is not None and "CONTEXT_KEY" in given:
        problems["CONTEXT_KEY_FILE"] = "expected either this or CONTEXT_KEY, got both"
    elif path is not None:
        try:
            values["context_key"] = ContextKey.parse((ROOT / path).read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            problems["CONTEXT_KEY_FILE"] = (
                f"expected {KEYS['CONTEXT_KEY_FILE']}, got {path}, which is none that can be read"
            )
    if "CONTEXT_KEY" in problems or path is not None or values["app_env"] in ("development", "testing"):
        return
    if values["context_key"] is None:
        problems["CONTEXT_KEY"] = f"expected {KEYS['CONTEXT_KEY']}, got nothing"
    elif values["context_key"] == PUBLISHED_CONTEXT_KEY:
        problems["CONTEXT_KEY"] = f"expected {KEYS['CONTEXT_KEY']}, got the one published for tests"


def _check_together(values: Mapping[str, Any], given: Mapping[str, str], problems: dict[str, str]) -> None:
    least, most = values["pool_min_size"], values["pool_max_size"]
    if least is not None and most is not None and least > most:
        problems["POOL_MIN_SIZE"] = f"expected no more than POOL_MAX_SIZE, which is {most}, got {least}"
    if values["app_env"] in ("development", "testing"):
        return
    if values["secret_key"] == PUBLISHED_KEY:
        problems["SECRET_KEY"] = f"expected {KEYS['SECRET_KEY']}, got the one published for development"
    if values["app_env"] == "staging" or values["allow_unverified_tls"]:
        return
    for name in ADDRESSES:
        if values[name] is not None and (found := unverified_tls(values[name], given)):
            problems[name.upper()] = (
                "expected sslmode=verify-full at its end in production, so that TLS verifies the server "
                f"(or ALLOW_UNVERIFIED_TLS=true), got {found}"
            )
