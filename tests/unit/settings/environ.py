"""What the tests of settings load, as the environment gives it."""

import pytest

from tenantapp.settings.load import Settings, SettingsError, load_settings

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
