"""Settings: what they default to, what they refuse, and what each refusal says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from tenantapp.settings.addresses import printable
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.settings.load import PUBLISHED_KEY, ROOT, Settings, SettingsError, load_settings

SECRET = "s3cret-" * 6
SIGNING_KEY = "k" * 32
CONTEXT_KEY = f"k1:{'5e' * 32}"
NO_CONTEXT_KEY = (
    "expected the database's context key, as <id>:<64 hexadecimal digits> (or CONTEXT_KEY_FILE), got nothing"
)
APP_URL = "postgresql://app:hunter2@db.example.com:6432/tenantapp"
PARTS = {"DB_HOST": "db", "DB_NAME": "tenantapp", "DB_USER": "app", "DB_PASSWORD": "p@ss:/word"}
NO_DOMAIN = (
    "expected your own domain in production, whose subdomains are the tenants, such as example.com, got "
)
AS_DATABASE_URL = "as postgresql://user:password@host:5432/database"
RESOLVER = "tests.support.accounts:AccountResolver"


def load(**environ: str) -> Settings:
    return load_settings({"APP_ENV": "development", **environ}, dotenv=None)


def problems(**environ: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load(**environ)
    return caught.value.problems


def production(**environ: str) -> dict[str, str]:
    return {
        "APP_ENV": "production",
        "SECRET_KEY": SIGNING_KEY,
        "CONTEXT_KEY": CONTEXT_KEY,
        "BASE_DOMAIN": "example.com",
        "DATABASE_URL": f"{APP_URL}?sslmode=verify-full",
        **environ,
    }


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


class TestDatabaseParts:
    def test_make_the_address(self) -> None:
        assert load(**PARTS).database_url == URL.create(
            "postgresql+psycopg", "app", "p@ss:/word", "db", 5432, "tenantapp"
        )

    def test_take_a_port(self) -> None:
        url = load(**PARTS, DB_PORT="6432").database_url
        assert url is not None
        assert url.port == 6432

    def test_name_what_is_missing(self) -> None:
        told = production(APP_ENV="staging", DATABASE_URL="", DB_HOST="db", DB_USER="app")
        assert problems(**told) == {
            "DB_NAME": "expected the database's name, got nothing, and the DB_ keys go together",
            "DB_PASSWORD": "expected that role's password, got nothing, and the DB_ keys go together",
        }

    def test_refuse_to_stand_beside_the_address(self) -> None:
        assert problems(DATABASE_URL=APP_URL, DB_HOST="db", DB_PASSWORD=SECRET) == {
            "DATABASE_URL": "expected either this or the DB_ keys, got both this and DB_HOST, DB_PASSWORD"
        }

    def test_verify_the_server_in_production(self) -> None:
        environ = production(DATABASE_URL="", **PARTS)
        url = load(**environ).database_url
        unverified = load(**environ, ALLOW_UNVERIFIED_TLS="true").database_url
        socket = load(**environ | {"DB_HOST": "/run/postgresql"}).database_url
        assert url is not None
        assert unverified is not None
        assert socket is not None
        assert url.query == {"sslmode": "verify-full", "ssl_min_protocol_version": "TLSv1.3"}
        assert unverified.query == {"ssl_min_protocol_version": "TLSv1.3"}
        assert socket.query == {}


class TestProductionAddresses:
    def test_an_address_that_verifies_the_server_is_taken(self) -> None:
        assert load(**production()).database_url is not None

    @pytest.mark.parametrize(
        ("address", "got"),
        [
            (APP_URL, "no sslmode"),
            (f"{APP_URL}?sslmode=require", "sslmode=require"),
            (f"{APP_URL}?sslmode=verify-ca", "sslmode=verify-ca"),
            (f"{APP_URL}?sslmode=VERIFY-FULL", "sslmode=VERIFY-FULL"),
            (f"{APP_URL}?sslmode=verify-full,require", "sslmode=verify-full,require"),
            (f"{APP_URL}?sslmode=verify-full&sslmode=verify-full", "sslmode=verify-full,verify-full"),
            (f"{APP_URL}?sslmode=verify-full&sslmode=disable", "sslmode=verify-full,disable"),
            (f"{APP_URL}?host=/run/postgresql", "no sslmode"),
            ("postgresql:///tenantapp?host=db.example.com", "no sslmode"),
            ("postgresql:///tenantapp?host=/run/postgresql,db.example.com", "no sslmode"),
            ("postgresql:///tenantapp?hostaddr=192.0.2.1", "no sslmode"),
            ("postgresql:///tenantapp?service=main", "no sslmode"),
        ],
    )
    @pytest.mark.parametrize("key", ["DATABASE_URL", "MIGRATION_DATABASE_URL", "PLATFORM_DATABASE_URL"])
    def test_any_other_is_refused_unless_told_otherwise(self, key: str, address: str, got: str) -> None:
        environ = production(**{key: address})
        assert problems(**environ) == {
            key: "expected sslmode=verify-full at its end in production, so that TLS verifies the server "
            f"(or ALLOW_UNVERIFIED_TLS=true), got {got}"
        }
        load(**environ, ALLOW_UNVERIFIED_TLS="true")
        load(**environ | {"APP_ENV": "staging"})

    @pytest.mark.parametrize(
        "address", ["postgresql:///tenantapp", "postgresql:///tenantapp?host=/run/postgresql"]
    )
    def test_a_unix_socket_needs_no_tls(self, address: str) -> None:
        assert load(**production(DATABASE_URL=address)).database_url is not None

    def test_the_mode_of_the_environment_does_not_count(self) -> None:
        environ = production(DATABASE_URL=APP_URL, PGSSLMODE="verify-full")
        assert problems(**environ)["DATABASE_URL"].endswith("got no sslmode")

    def test_a_socket_is_none_where_the_environment_has_an_address_of_the_host(self) -> None:
        address = "postgresql:///tenantapp?host=/run/postgresql"
        environ = production(DATABASE_URL=address, PGHOSTADDR="192.0.2.1")
        assert problems(**environ).keys() == {"DATABASE_URL"}

    @pytest.mark.parametrize("key", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])
    def test_an_absent_host_is_no_socket_where_libpq_finds_one_elsewhere(self, key: str) -> None:
        environ = production(DATABASE_URL="postgresql:///tenantapp", **{key: "db.example.com"})
        assert problems(**environ).keys() == {"DATABASE_URL"}


class TestLowestTls:
    @pytest.mark.parametrize("key", ["DATABASE_URL", "MIGRATION_DATABASE_URL", "WATCHDOG_DATABASE_URL"])
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({}, "TLSv1.3"),
            ({"APP_ENV": "staging"}, "TLSv1.3"),
            ({"ALLOW_UNVERIFIED_TLS": "true"}, "TLSv1.3"),
            ({"DATABASE_TLS_MIN": "TLSv1.2"}, "TLSv1.2"),
            ({"APP_ENV": "development"}, None),
            ({"APP_ENV": "testing"}, None),
            ({"APP_ENV": "development", "DATABASE_TLS_MIN": "TLSv1.3"}, "TLSv1.3"),
        ],
    )
    def test_is_a_parameter_of_every_address(
        self, key: str, told: dict[str, str], expected: str | None
    ) -> None:
        environ = production(**{key: f"{APP_URL}?sslmode=verify-full"}, **told)
        url = getattr(load(**environ), key.lower())
        assert url.query.get("ssl_min_protocol_version") == expected

    @pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
    def test_an_address_may_choose_for_itself(self, version: str) -> None:
        address = f"{APP_URL}?sslmode=verify-full&ssl_min_protocol_version={version}"
        url = load(**production(DATABASE_URL=address)).database_url
        assert url is not None
        assert url.query["ssl_min_protocol_version"] == version

    @pytest.mark.parametrize("app_env", ["staging", "production"])
    @pytest.mark.parametrize(
        ("parameters", "got"),
        [
            ("ssl_min_protocol_version=TLSv1.1", "TLSv1.1"),
            ("ssl_min_protocol_version=TLSv1.3&ssl_min_protocol_version=TLSv1", "TLSv1.3,TLSv1"),
        ],
    )
    def test_an_older_one_is_refused(self, app_env: str, parameters: str, got: str) -> None:
        address = f"{APP_URL}?sslmode=verify-full&{parameters}"
        assert problems(**production(APP_ENV=app_env, DATABASE_URL=address)) == {
            "DATABASE_URL": "expected TLS 1.2 or later (DATABASE_TLS_MIN), "
            f"got ssl_min_protocol_version={got}"
        }

    def test_a_unix_socket_has_none(self) -> None:
        url = load(**production(DATABASE_URL="postgresql:///tenantapp?host=/run/postgresql")).database_url
        assert url is not None
        assert "ssl_min_protocol_version" not in url.query


class TestBaseDomain:
    @pytest.mark.parametrize("host", ["localhost", "intranet", "a.localhost", "a.test", "a.invalid"])
    def test_one_that_leads_nowhere_is_refused_in_production(self, host: str) -> None:
        assert problems(**production(BASE_DOMAIN=host)) == {"BASE_DOMAIN": f"{NO_DOMAIN}{host!r}"}
        assert load(**production(APP_ENV="staging", BASE_DOMAIN=host)).base_domain == host

    def test_none_is_refused_in_production(self) -> None:
        assert problems(**production(BASE_DOMAIN="")) == {"BASE_DOMAIN": f"{NO_DOMAIN}nothing"}

    def test_one_that_is_no_host_name_is_told_once(self) -> None:
        found = problems(**production(BASE_DOMAIN="a b"))
        assert found == {"BASE_DOMAIN": "expected a host name without port, such as example.com, got 'a b'"}


class TestBindAddress:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({}, "127.0.0.1:8000"),
            ({"BIND_ADDRESS": "192.0.2.1", "PORT": "80"}, "192.0.2.1:80"),
            ({"BIND_ADDRESS": "::"}, "[::]:8000"),
        ],
    )
    def test_is_where_the_web_server_listens(self, told: dict[str, str], expected: str) -> None:
        assert load(**told).listens_on == expected

    @pytest.mark.parametrize("value", ["localhost", "0.0.0.0:80", "256.0.0.1", "unix:/run/x", "*"])
    def test_anything_but_an_address_is_refused(self, value: str) -> None:
        assert problems(BIND_ADDRESS=value) == {
            "BIND_ADDRESS": f"expected an IP address of this machine, such as 0.0.0.0, got {value!r}"
        }


class TestDotenv:
    def test_the_environment_beats_the_file(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("APP_ENV=development\nPORT=9000\nWEB_THREADS=4\n")
        settings = load_settings({"PORT": "9001"}, dotenv)
        assert (settings.app_env, settings.port, settings.web_threads) == ("development", 9001, 4)

    def test_an_empty_value_in_the_environment_does_not_hide_the_files(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text(f"APP_ENV=development\nDATABASE_URL={APP_URL}\n")
        settings = load_settings({"APP_ENV": "", "DATABASE_URL": ""}, dotenv)
        assert (settings.app_env, settings.database_url) == (
            "development",
            make_url(APP_URL).set(drivername="postgresql+psycopg"),
        )

    def test_another_file_is_read_in_its_place(self, tmp_path: Path) -> None:
        dotenv, other = tmp_path / ".env", tmp_path / "other.env"
        dotenv.write_text("APP_ENV=testing\nPORT=9000\nWEB_THREADS=4\n")
        other.write_text("APP_ENV=development\nPORT=9001\n")
        settings = load_settings({"DOTENV_FILE": str(other)}, dotenv)
        assert (settings.app_env, settings.port, settings.web_threads) == ("development", 9001, 8)
        assert load_settings({"DOTENV_FILE": ""}, dotenv).port == 9000
        assert load_settings({"DOTENV_FILE": os.devnull, "APP_ENV": "testing"}, dotenv).port == 8000

    def test_another_file_that_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError) as caught:
            load_settings({"APP_ENV": "testing", "DOTENV_FILE": "/no/such/file"}, tmp_path / ".env")
        assert caught.value.problems == {"DOTENV_FILE": "expected a file that exists, got '/no/such/file'"}

    def test_the_process_environment_is_read_and_not_changed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text("APP_ENV=testing\nWEB_THREADS=4\nPORT=9000\n")
        monkeypatch.setenv("APP_ENV", "development")
        monkeypatch.setenv("PORT", "9001")
        monkeypatch.delenv("WEB_THREADS", raising=False)
        settings = load_settings(dotenv=dotenv)
        assert (settings.app_env, settings.port, settings.web_threads) == ("development", 9001, 4)
        assert "WEB_THREADS" not in os.environ

    def test_values_are_literal(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text(f"APP_ENV=testing\nSECRET_KEY='${{HOME}}$x#{SIGNING_KEY}' # why\n")
        assert load_settings({}, dotenv).secret_key == f"${{HOME}}$x#{SIGNING_KEY}"

    def test_a_file_that_does_not_exist_is_an_empty_one(self, tmp_path: Path) -> None:
        assert load_settings({"APP_ENV": "testing"}, tmp_path / ".env").app_env == "testing"

    def test_malformed_lines_are_named_and_not_shown_beside_the_other_problems(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_text(f"APP_ENV=testing\nSECRET_KEY\nPORT=x\nDB {SECRET}\n")
        with pytest.raises(SettingsError) as caught:
            load_settings({}, dotenv)
        assert caught.value.problems == {
            f"{dotenv}, line 2": "expected KEY=value or a comment, got something else",
            f"{dotenv}, line 4": "expected KEY=value or a comment, got something else",
            "PORT": "expected a whole number from 1 to 65535, got 'x'",
        }

    def test_a_file_in_another_encoding_is_named(self, tmp_path: Path) -> None:
        dotenv = tmp_path / ".env"
        dotenv.write_bytes("APP_ENV=testing\nDB_NAME=für".encode("latin-1"))
        with pytest.raises(SettingsError) as caught:
            load_settings({"APP_ENV": "testing"}, dotenv)
        assert caught.value.problems == {str(dotenv): "expected a readable file in UTF-8, got: other bytes"}

    def test_a_folder_in_its_place_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError) as caught:
            load_settings({"APP_ENV": "testing"}, tmp_path)
        assert caught.value.problems == {
            str(tmp_path): "expected a readable file in UTF-8, got: Is a directory"
        }


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


class TestSecrets:
    def test_are_in_no_repr(self) -> None:
        settings = load(SECRET_KEY=SECRET, DATABASE_URL=f"postgresql:///d?password={SECRET}")
        assert SECRET not in repr(settings)

    @pytest.mark.parametrize(
        "parameter", ["password", "sslpassword", "passfile", "oauth_client_secret", "new"]
    )
    def test_are_in_no_address_that_is_printed(self, parameter: str) -> None:
        url = load(DATABASE_URL=f"{APP_URL.replace(':hunter2', '')}?{parameter}={SECRET}").database_url
        assert url is not None
        assert printable(url).replace(":***", "") == "postgresql://app@db.example.com:6432/tenantapp"

    def test_an_address_is_printed_with_how_it_verifies(self) -> None:
        url = make_url(f"{APP_URL}?sslmode=verify-full&sslrootcert=/ca.pem&options=-csome.secret%3Dx")
        assert printable(url) == (
            "postgresql://app:***@db.example.com:6432/tenantapp?sslmode=verify-full&sslrootcert=%2Fca.pem"
        )

    def test_a_password_that_comes_as_a_parameter_is_hidden_as_any_other(self) -> None:
        url = load(DATABASE_URL=f"postgresql:///tenantapp?user=app&password={SECRET}").database_url
        assert url is not None
        assert (url.username, url.password, url.query) == ("app", SECRET, {})
        assert SECRET not in repr(url)

    @pytest.mark.parametrize("parameters", ["password=x", "user=x", "sslmode=x&password=a&password=b"])
    def test_two_values_for_one_are_refused(self, parameters: str) -> None:
        found = problems(DATABASE_URL=f"postgresql://app:{SECRET}@db/tenantapp?{parameters}")
        assert found["DATABASE_URL"].endswith("got another value (not shown, it may hold a password)")

    def test_are_in_no_error(self) -> None:
        found = problems(
            APP_ENV="production",
            SECRET_KEY=SECRET[:31],
            CONTEXT_KEY=f"k1:{SECRET}",
            DATABASE_URL=f"postgresql://app:{SECRET}@db/d",
            MIGRATION_DATABASE_URL=f"mysql://app:{SECRET}@db/d",
            DB_PASSWORD=SECRET,
        )
        assert found.keys() == {
            *("SECRET_KEY", "CONTEXT_KEY", "BASE_DOMAIN", "DATABASE_URL", "MIGRATION_DATABASE_URL")
        }
        assert SECRET not in str(SettingsError(found))
        assert SECRET[:31] not in str(SettingsError(found))


class TestContextKey:
    def test_is_an_id_and_32_bytes(self) -> None:
        key = load(CONTEXT_KEY=CONTEXT_KEY).context_key
        assert key == ContextKey("k1", b"\x5e" * 32)
        assert key.written() == CONTEXT_KEY

    def test_testing_has_one_and_development_makes_its_own(self) -> None:
        assert load(APP_ENV="testing").context_key == PUBLISHED_CONTEXT_KEY
        assert load().context_key is None

    @pytest.mark.parametrize(
        "text", ["k1", f"k1:{'5e' * 31}", f"k1:{'5E' * 32}", f":{'5e' * 32}", f"k.1:{'5e' * 32}"]
    )
    def test_of_another_form_is_refused_and_not_shown(self, text: str) -> None:
        expected = NO_CONTEXT_KEY.removesuffix("nothing")
        assert problems(CONTEXT_KEY=text) == {"CONTEXT_KEY": f"{expected}{len(text)} characters"}

    def test_is_read_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "key"
        file.write_text(f"{CONTEXT_KEY}\n")
        told = production(CONTEXT_KEY="", CONTEXT_KEY_FILE=str(file))
        assert load(**told).context_key == ContextKey.parse(CONTEXT_KEY)

    @pytest.mark.parametrize("content", [None, "", "k1:5e"])
    def test_a_file_that_holds_none_is_refused(self, tmp_path: Path, content: str | None) -> None:
        file = tmp_path / "key"
        if content is not None:
            file.write_text(content)
        found = problems(**production(CONTEXT_KEY="", CONTEXT_KEY_FILE=str(file)))
        assert found == {
            "CONTEXT_KEY_FILE": "expected a file that holds the context key alone, "
            f"got {file}, which is none that can be read"
        }

    def test_is_not_given_twice(self, tmp_path: Path) -> None:
        assert problems(**production(CONTEXT_KEY_FILE=str(tmp_path))) == {
            "CONTEXT_KEY_FILE": "expected either this or CONTEXT_KEY, got both"
        }

    @pytest.mark.parametrize("app_env", ["staging", "production"])
    def test_the_published_one_is_refused_outside_development(self, app_env: str) -> None:
        found = problems(**production(APP_ENV=app_env, CONTEXT_KEY=PUBLISHED_CONTEXT_KEY.written()))
        assert found["CONTEXT_KEY"].endswith("got the one published for tests")


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
