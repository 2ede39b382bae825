"""The file .env: what it gives, and what it does not hide."""

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tenantapp.settings.load import SettingsError, load_settings
from tests.unit.settings.environ import (
    APP_URL,
    SECRET,
    SIGNING_KEY,
)


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
