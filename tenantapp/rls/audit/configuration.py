"""What a project declares to the audit, in `pyproject.toml` under `[tool.tenantapp.audit]`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from tenantapp.rls.audit.errors import AuditConfigurationError

SECTION = "tool.tenantapp.audit"
WHOSE_SETTINGS = ("owner", "app", "platform", "directory", "database")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that is lived with until a day.

    Args:
        check: the check, by number and name.
        object: what is waived; `*` stands for anything.
        reason: why.
        expires: the last day it holds.
    """

    check: str
    object: str
    reason: str
    expires: date

    def covers(self, check: str, found: str) -> bool:
        """Tell whether this is about an object that a check found."""
        pattern = ".*".join(map(re.escape, self.object.split("*")))
        return self.check == check and re.fullmatch(pattern, found) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfiguration:
    """What the catalog cannot tell of a project.

    Args:
        tenant_column: the column that says whose a row is.
        tenant_function: the function that tells the current tenant, by its qualified name.
        unscoped_tables: tables that are no tenant's, with the reason.
        sensitive_columns: `schema.table.column` of values that nobody may guess from statistics.
        definer_functions: SECURITY DEFINER functions that are meant to be, by signature.
        role_settings: what roles are meant to start with, by purpose: `app = ["statement_timeout=30s"]`.
        declared_objects: digests of objects that no model describes, by kind and name: extensions, triggers.
        minimum_versions: the first safe release of each major version, where it is stricter than the check's.
        waivers: findings that are lived with.
    """

    tenant_column: str = "tenant_id"
    tenant_function: str = "tenancy.current_tenant_id"
    unscoped_tables: Mapping[str, str] = field(default_factory=dict)
    sensitive_columns: tuple[str, ...] = ()
    definer_functions: tuple[str, ...] = ()
    role_settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    declared_objects: Mapping[str, str] = field(default_factory=dict)
    minimum_versions: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


def load_configuration(path: Path) -> AuditConfiguration:
    """Read what a project declares; a project without the section declares nothing.

    Raises:
        AuditConfigurationError: the file cannot be read, or a key is unknown or of another form.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AuditConfigurationError(f"{path.name}: {error}") from error
    section = document.get("tool", {}).get("tenantapp", {}).get("audit", {})
    return parse_configuration(section)


def parse_configuration(section: Mapping[str, Any]) -> AuditConfiguration:
    """Check a section's keys.

    Raises:
        AuditConfigurationError: one is unknown or of another form.
    """
    parsers: dict[str, Callable[[str, object], Any]] = {
        "tenant_column": _text,
        "tenant_function": _text,
        "unscoped_tables": _named_texts,
        "sensitive_columns": _texts,
        "definer_functions": _texts,
        "role_settings": _settings,
        "declared_objects": _named_texts,
        "minimum_versions": _texts,
        "waivers": _waivers,
    }
    if unknown := sorted(section.keys() - parsers.keys()):
        raise AuditConfigurationError(f"{SECTION}.{unknown[0]}: there is no such key")
    return AuditConfiguration(**{key: parsers[key](key, value) for key, value in section.items()})


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _refused(key, "a text", value)
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _refused(key, "a list of texts", value)
    return tuple(value)


def _named_texts(key: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _refused(key, "a table of names and texts", value)
    return {name: _text(f"{key}.{name}", reason) for name, reason in value.items()}


def _settings(key: str, value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not value.keys() <= set(WHOSE_SETTINGS):
        raise _refused(key, f"a table of settings by {', '.join(WHOSE_SETTINGS)}", value)
    return {role: _texts(f"{key}.{role}", settings) for role, settings in value.items()}


def _waivers(key: str, value: object) -> tuple[Waiver, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _refused(key, "a list of tables", value)
    return tuple(_waiver(f"{key}[{number}]", item) for number, item in enumerate(value))


def _waiver(key: str, value: dict[str, Any]) -> Waiver:
    expected = {field.name for field in fields(Waiver)}
    if value.keys() != expected:
        raise _refused(key, f"the keys {', '.join(sorted(expected))}", sorted(value))
    # A time is a date to Python, and not comparable to one.
    if type(value["expires"]) is not date:
        raise _refused(f"{key}.expires", "a date such as 2030-12-31", value["expires"])
    texts = {name: _text(f"{key}.{name}", value[name]) for name in ("check", "object", "reason")}
    return Waiver(**texts, expires=value["expires"])


def _refused(key: str, expected: str, got: object) -> AuditConfigurationError:
    return AuditConfigurationError(f"{SECTION}.{key}: expected {expected}, got {got!r}")
