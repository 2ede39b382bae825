"""Settings, read from the environment and `.env`; every problem is reported at once, by key."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from tenantapp.settings.addresses import (
    DRIVER,
    VERIFYING_MODE,
    old_tls,
    unverified_tls,
    uses_network,
    with_lowest_tls,
)
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.settings.environment import SettingsError, catalogue, read, read_dotenv
from tenantapp.settings.fields import KEYS, PUBLISHED_KEY, ROOT, DatabaseParts, Settings

__all__ = ["KEYS", "PUBLISHED_KEY", "ROOT", "Settings", "SettingsError", "load_settings", "require_settings"]

ADDRESSES = tuple(key.lower() for key in KEYS if key.endswith("DATABASE_URL"))
# RFC 6761: names that lead nowhere but to this machine. A single label is nobody's domain.
_NOWHERE = (".localhost", ".test", ".invalid")


def load_settings(environ: Mapping[str, str] | None = None, dotenv: Path | None = ROOT / ".env") -> Settings:
    """Read the settings, the environment before `.env`; a key with an empty value counts as absent in both.

    Args:
        environ: the environment; the process's own by default. It is not changed.
        dotenv: a file of further keys, which need not exist; None for no file. `DOTENV_FILE` names another.

    Raises:
        SettingsError: anything is missing or wrong; it holds all problems.
    """
    told = {key: value for key, value in (os.environ if environ is None else environ).items() if value}
    lines, problems = _read_file(told, dotenv)
    given = {key: value for key, value in lines.items() if value} | told
    # A wrong APP_ENV gets no default of its own: like an absent one, it asks for all that production does.
    app_env = given.get("APP_ENV", "production")
    values, wrong = read(Settings, given, app_env)
    parts, wrong_parts = read(DatabaseParts, given, app_env)
    problems |= wrong | wrong_parts
    if given.keys() & catalogue(DatabaseParts):
        _join_parts(values, parts, given, problems)
    _take_context_key(values, given, problems)
    _check_together(values, given, problems)
    _settle_tls(values, given, problems)
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


def _read_file(told: Mapping[str, str], dotenv: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    named = told.get("DOTENV_FILE")
    if dotenv is None or named is None:
        return read_dotenv(dotenv) if dotenv else ({}, {})
    path = ROOT / named
    if not path.exists():
        return {}, {"DOTENV_FILE": f"expected a file that exists, got {named!r}"}
    return read_dotenv(path)


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
        url = url.update_query_dict({"sslmode": VERIFYING_MODE})
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
    if values["app_env"] == "staging" or "BASE_DOMAIN" in problems:
        return
    host = values["base_domain"]
    if "." not in host or host.endswith(_NOWHERE):
        got = repr(host) if "BASE_DOMAIN" in given else "nothing"
        problems["BASE_DOMAIN"] = (
            "expected your own domain in production, whose subdomains are the tenants, such as example.com, "
            f"got {got}"
        )


def _settle_tls(values: dict[str, Any], given: Mapping[str, str], problems: dict[str, str]) -> None:
    """Give each address the lowest TLS that is spoken, and refuse one that is weaker than it must be."""
    is_deployed = values["app_env"] not in ("development", "testing")
    must_verify = is_deployed and values["app_env"] != "staging" and not values["allow_unverified_tls"]
    for name in ADDRESSES:
        url = values[name]
        if url is None:
            continue
        if must_verify and (found := unverified_tls(url, given)):
            problems[name.upper()] = (
                "expected sslmode=verify-full at its end in production, so that TLS verifies the server "
                f"(or ALLOW_UNVERIFIED_TLS=true), got {found}"
            )
        elif is_deployed and (found := old_tls(url)):
            problems[name.upper()] = f"expected TLS 1.2 or later (DATABASE_TLS_MIN), got {found}"
        values[name] = with_lowest_tls(url, values["database_tls_min"], given)
