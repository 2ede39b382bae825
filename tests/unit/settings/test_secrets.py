"""Secrets: what is printed of them, which is nothing, and the context key."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tenantapp.settings.addresses import printable
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY, ContextKey
from tenantapp.settings.load import SettingsError
from tests.unit.settings.environ import (
    APP_URL,
    CONTEXT_KEY,
    NO_CONTEXT_KEY,
    SECRET,
    load,
    problems,
    production,
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
