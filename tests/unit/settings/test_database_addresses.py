"""The database's address: its parts, how it verifies the server, what production refuses."""

import pytest
from sqlalchemy import URL

from tests.unit.settings.environ import (
    APP_URL,
    PARTS,
    SECRET,
    load,
    problems,
    production,
)


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
