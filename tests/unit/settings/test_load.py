"""Settings: what they default to, what they refuse, and what each refusal says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tenantapp.settings.load import PUBLISHED_KEY, ROOT, SettingsError, load_settings
from tests.unit.settings.environ import (
    APP_URL,
    AS_DATABASE_URL,
    NO_CONTEXT_KEY,
    RESOLVER,
    SECRET,
    load,
    problems,
    production,
)


class TestDefaults:
    def test_development_needs_nothing(self) -> None:
        settings = load()
        assert settings.database_url is None
        assert settings.sql_echo is True
        assert settings.secret_key == PUBLISHED_KEY
        assert (settings.base_domain, settings.tenant_header) == ("localhost", "X-Tenant-Subdomain")
        assert (settings.pool_min_size, settings.pool_max_size) == (2, 10)
        assert (settings.pool_max_idle, settings.connect_timeout) == (30, 2)
        assert (settings.trusted_proxies, settings.log_level) == (0, "INFO")
        assert settings.statement_timeout_ms == 8_000
        assert settings.instance_path == ROOT / "instance"

    def test_testing_needs_nothing_and_does_not_echo(self) -> None:
        assert load(APP_ENV="testing").sql_echo is False

    def test_an_absent_app_env_is_production(self) -> None:
        environ = production()
        del environ["APP_ENV"]
        assert load_settings(environ, dotenv=None).app_env == "production"

    @pytest.mark.parametrize("app_env", ["staging", "production"])
    def test_staging_and_production_have_no_default_for_secret_and_database(self, app_env: str) -> None:
        assert problems(APP_ENV=app_env, BASE_DOMAIN="example.com") == {
            "SECRET_KEY": "expected an unpublished secret of at least 32 characters, got nothing",
            "CONTEXT_KEY": NO_CONTEXT_KEY,
            "DATABASE_URL": "expected the address the application serves requests with (or the DB_ keys), "
            f"{AS_DATABASE_URL}, got nothing",
        }

    @pytest.mark.parametrize("app_env", ["staging", "production"])
    def test_the_published_key_is_refused_outside_development(self, app_env: str) -> None:
        assert problems(**production(APP_ENV=app_env, SECRET_KEY=PUBLISHED_KEY)) == {
            "SECRET_KEY": "expected an unpublished secret of at least 32 characters, "
            "got the one published for development"
        }

    def test_an_empty_value_counts_as_absent(self) -> None:
        assert load(POOL_MAX_SIZE="", DATABASE_URL="", LOG_LEVEL="") == load()


class TestGoodValues:
    @pytest.mark.parametrize(
        ("key", "value", "expected"),
        [
            ("BASE_DOMAIN", "Example.COM.", "example.com"),
            ("BASE_DOMAIN", "müller.example", "xn--mller-kva.example"),
            ("TENANT_RESOLVER", RESOLVER, RESOLVER),
            ("CORS_ORIGINS", "https://app.example.com", ("https://app.example.com",)),
            ("CORS_ORIGINS", "https://A.example , http://b:81", ("https://a.example", "http://b:81")),
            ("LOG_LEVEL", "debug", "DEBUG"),
            ("SQL_ECHO", "false", False),
            ("ALLOW_UNVERIFIED_TLS", "yes", True),
            ("TRUSTED_PROXIES", "10", 10),
            ("POOL_MIN_SIZE", "0", 0),
            ("POOL_MAX_IDLE", "1.5", 1.5),
            ("DIRECTORY_CACHE_SECONDS", "0.25", 0.25),
            ("INSTANCE_PATH", "elsewhere", ROOT / "elsewhere"),
            ("INSTANCE_PATH", "/srv/tenantapp", Path("/srv/tenantapp")),
            ("INSTANCE_PATH", "~/tenantapp", Path("~/tenantapp").expanduser()),
            ("PORT", "65535", 65_535),
        ],
    )
    def test_is_taken(self, key: str, value: str, expected: object) -> None:
        assert getattr(load(**{key: value}), key.lower()) == expected

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
    @pytest.mark.parametrize("name", ["", "migration_", "platform_", "bootstrap_"])
    def test_every_address_gets_the_driver_psycopg(self, scheme: str, name: str) -> None:
        settings = load(**{f"{name}database_url".upper(): f"{scheme}://app:hunter2@db:6432/tenantapp"})
        assert getattr(settings, f"{name}database_url") == make_url(
            "postgresql+psycopg://app:hunter2@db:6432/tenantapp"
        )


class TestBadValues:
    @pytest.mark.parametrize(
        ("key", "value", "problem"),
        [
            ("SECRET_KEY", "short", "an unpublished secret of at least 32 characters, got 5 characters"),
            ("BASE_DOMAIN", "example.com:80", "a host name without port, such as example.com"),
            ("BASE_DOMAIN", "under_score.com", "a host name without port, such as example.com"),
            ("BASE_DOMAIN", "127.0.0.1", "a host name without port, such as example.com"),
            ("BASE_DOMAIN", ".", "a host name without port, such as example.com"),
            ("DATABASE_POOLER", "session", "one of none, transaction"),
            *(
                (
                    "TENANT_RESOLVER",
                    value,
                    "the import path of a TenantResolver, such as package.module:Class",
                )
                for value in (
                    "subdomain",
                    "tests.absent:Resolver",
                    "json:Absent",
                    "json:loads",
                    ":",
                )
            ),
            ("TENANT_HEADER", "X Tenant", "a header name of letters, digits and hyphens"),
            ("TENANT_HEADER", "X-Tenant\n", "a header name of letters, digits and hyphens"),
            *(
                (
                    "CORS_ORIGINS",
                    value,
                    "origins such as https://app.example.com, separated by commas and never *",
                )
                for value in (
                    "*",
                    "https://a.example,*",
                    "https://*.a.example",
                    "https://a.example/",
                    "https://a.example:443",
                    "https://a.example,",
                    "ftp://a.example",
                    "a.example",
                    "null",
                )
            ),
            ("TRUSTED_PROXIES", "11", "a whole number from 0 to 10"),
            ("TRUSTED_PROXIES", "-1", "a whole number from 0 to 10"),
            ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
            ("SQL_ECHO", "maybe", "true or false"),
            ("ALLOW_UNVERIFIED_TLS", "2", "true or false"),
            (
                "ROLE_PREFIX",
                "Tenant-App",
                "up to 41 lower-case letters, digits and underscores, a letter first",
            ),
            ("POOL_MIN_SIZE", "-1", "a whole number from 0 to 1000"),
            ("POOL_MAX_SIZE", "many", "a whole number from 1 to 1000"),
            ("POOL_MAX_SIZE", "2.5", "a whole number from 1 to 1000"),
            ("POOL_MAX_IDLE", "nan", "a number of seconds from 1 to 86400"),
            ("CONNECT_TIMEOUT", "1", "a whole number of seconds from 2 to 300"),
            ("STATEMENT_TIMEOUT_MS", "0", "a whole number of milliseconds from 1 to 3600000"),
            ("DIRECTORY_CACHE_SECONDS", "0", "a number of seconds above 0 and up to 5"),
            ("DIRECTORY_CACHE_SECONDS", "5.1", "a number of seconds above 0 and up to 5"),
            ("PORT", "0", "a whole number from 1 to 65535"),
            ("WEB_WORKERS", "0", "a whole number from 1 to 128"),
            ("WEB_THREADS", "none", "a whole number from 1 to 1024"),
        ],
    )
    def test_is_named_with_what_was_expected(self, key: str, value: str, problem: str) -> None:
        shown = "" if ", got " in problem else f", got {value!r}"
        assert problems(**{key: value}) == {key: f"expected {problem}{shown}"}

    def test_an_unknown_app_env_is_refused_and_asks_for_what_production_does(self) -> None:
        found = problems(APP_ENV="prod")
        assert found["APP_ENV"] == "expected one of development, testing, staging, production, got 'prod'"
        assert found.keys() == {"APP_ENV", "SECRET_KEY", "CONTEXT_KEY", "BASE_DOMAIN", "DATABASE_URL"}

    def test_the_pool_cannot_keep_more_than_it_may_have(self) -> None:
        assert problems(POOL_MIN_SIZE="12") == {
            "POOL_MIN_SIZE": "expected no more than POOL_MAX_SIZE, which is 10, got 12"
        }
        assert load(POOL_MIN_SIZE="10").pool_min_size == 10

    @pytest.mark.parametrize(
        "address",
        [
            f"mysql://app:{SECRET}@db/tenantapp",
            f"postgresql+psycopg2://app:{SECRET}@db/tenantapp",
            f"postgresql://app:{SECRET}@db",
            f"postgresql://app:{SECRET}@db:70000/tenantapp",
            f"postgresql://app:{SECRET}@db:port/tenantapp",
            f"app:{SECRET}@db/tenantapp",
        ],
    )
    def test_an_address_that_is_none_is_refused_without_its_password(self, address: str) -> None:
        assert problems(MIGRATION_DATABASE_URL=address) == {
            "MIGRATION_DATABASE_URL": "expected the address of the owner, for migrations, "
            f"{AS_DATABASE_URL}, got another value (not shown, it may hold a password)"
        }

    def test_all_are_reported_at_once_one_a_line(self) -> None:
        with pytest.raises(SettingsError) as caught:
            load(APP_ENV="production", POOL_MAX_SIZE="many", PORT="x", DB_PORT="y", SQL_ECHO="maybe")
        lines = str(caught.value).splitlines()
        assert sorted(line.partition(":")[0] for line in lines) == [
            "BASE_DOMAIN",
            "CONTEXT_KEY",
            "DB_HOST",
            "DB_NAME",
            "DB_PASSWORD",
            "DB_PORT",
            "DB_USER",
            "POOL_MAX_SIZE",
            "PORT",
            "SECRET_KEY",
            "SQL_ECHO",
        ]
        assert "POOL_MAX_SIZE: expected a whole number from 1 to 1000, got 'many'" in lines


class TestRequire:
    def test_returns_the_address(self) -> None:
        url = load(MIGRATION_DATABASE_URL=APP_URL).require("migration_database_url")
        assert url.render_as_string(hide_password=False) == APP_URL.replace(
            "postgresql", "postgresql+psycopg"
        )

    def test_names_the_key_what_it_is_and_who_needs_it(self) -> None:
        with pytest.raises(SettingsError) as caught:
            load().require("platform_database_url", needed_by="flask tenants create")
        assert str(caught.value) == (
            f"PLATFORM_DATABASE_URL: expected the address of the operator's role, {AS_DATABASE_URL}, "
            "got nothing; flask tenants create needs it"
        )


class TestRequireSettings:
    def run(self, **environ: str) -> subprocess.CompletedProcess[str]:
        program = "from tenantapp.settings.load import require_settings; require_settings()"
        return subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(ROOT), **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def test_exits_with_2_and_prints_problems_without_a_traceback(self) -> None:
        done = self.run(
            APP_ENV="testing", SECRET_KEY=SECRET[:9], POOL_MAX_SIZE="many", DATABASE_URL=f"x:{SECRET}"
        )
        assert done.returncode == 2
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert {line.partition(":")[0] for line in lines} >= {"SECRET_KEY", "POOL_MAX_SIZE", "DATABASE_URL"}
        assert all(": expected " in line for line in lines)
        assert SECRET[:9] not in done.stderr

    def test_is_silent_when_all_is_well(self) -> None:
        # What a developer's own .env may say is not read.
        done = self.run(APP_ENV="testing", DOTENV_FILE=os.devnull)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
