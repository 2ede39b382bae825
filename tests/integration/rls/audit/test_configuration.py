"""What a project may declare, and how a mistake in it is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tenantapp.models.scoped import declared_security
from tenantapp.rls.audit.configuration import load_configuration, parse_configuration
from tenantapp.rls.audit.errors import AuditConfigurationError
from tenantapp.settings.load import ROOT

_WAIVER = {"check": "0001_rls_disabled", "object": "x", "reason": "y", "expires": date(2030, 1, 1)}


def test_a_project_without_the_section_declares_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert load_configuration(tmp_path / "pyproject.toml") == parse_configuration({})


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text(
        """
        [tool.tenantapp.audit]
        tenant_column = "org_id"
        tenant_function = "app.current_org"
        sensitive_columns = ["public.people.tax_number"]
        definer_functions = ["app.find(text)"]
        minimum_versions = ["18.4"]
        unscoped_tables = {"public.countries" = "the same for all"}
        role_settings = {app = ["work_mem=4MB"], database = ["timezone=UTC"]}
        [[tool.tenantapp.audit.waivers]]
        check = "0001_rls_disabled"
        object = "public.x"
        reason = "because"
        expires = 2030-12-31
        """
    )
    read = load_configuration(tmp_path / "audit.toml")
    assert (read.tenant_column, read.tenant_function) == ("org_id", "app.current_org")
    assert read.unscoped_tables == {"public.countries": "the same for all"}
    assert read.role_settings == {"app": ("work_mem=4MB",), "database": ("timezone=UTC",)}
    assert read.waivers[0].expires == date(2030, 12, 31)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"unscoped_table": {}}, "unscoped_table: there is no such key"),
        ({"tenant_column": 1}, "tenant_column: expected a text, got 1"),
        ({"tenant_column": ""}, "tenant_column: expected a text"),
        ({"sensitive_columns": "public.x.y"}, "sensitive_columns: expected a list of texts"),
        ({"unscoped_tables": ["public.x"]}, "unscoped_tables: expected a table of names and texts"),
        ({"unscoped_tables": {"public.x": ""}}, "unscoped_tables.public.x: expected a text"),
        ({"role_settings": {"root": []}}, "role_settings: expected a table of settings by owner, app"),
        ({"waivers": {}}, "waivers: expected a list of tables"),
        ({"waivers": [{"check": "x"}]}, r"waivers\[0\]: expected the keys check, expires, object, reason"),
        ({"waivers": [{**_WAIVER, "expires": "2030-01-01"}]}, r"waivers\[0\].expires: expected a date"),
        ({"waivers": [{**_WAIVER, "reason": ""}]}, r"waivers\[0\].reason: expected a text"),
    ],
)
def test_a_mistake_is_told_by_its_key(section: dict[str, Any], told: str) -> None:
    with pytest.raises(AuditConfigurationError, match=rf"^tool\.tenantapp\.audit\.{told}"):
        parse_configuration(section)


@pytest.mark.parametrize("text", ["[tool", "\x00"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(AuditConfigurationError, match=r"^pyproject\.toml: "):
        load_configuration(tmp_path / "pyproject.toml")


def test_the_project_declares_the_unscoped_tables_that_its_models_do() -> None:
    """`alembic_version` has no model."""
    declared = load_configuration(ROOT / "pyproject.toml").unscoped_tables.keys()
    unscoped = {name for name, security in declared_security().items() if security.unscoped_because}
    assert {name if "." in name else f"public.{name}" for name in unscoped} == declared - {
        "public.alembic_version"
    }
