"""The models are what the migrations make."""

from __future__ import annotations

from tests.integration.migrations.database import Migrations


def check(migrations: Migrations) -> tuple[int, str]:
    process = migrations.start("check")
    output = process.communicate(timeout=60)[0]
    return process.returncode, output


def test_the_migrated_database_is_what_the_models_say(newest: Migrations) -> None:
    code, output = check(newest)
    assert code == 0, output
    assert "No new upgrade operations detected" in output


def test_what_models_and_database_disagree_on_is_named(newest: Migrations) -> None:
    with newest.owner.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE customers DROP COLUMN phone")
        connection.exec_driver_sql("ALTER TABLE customers ALTER status SET DEFAULT 'inactive'")
        connection.exec_driver_sql("DROP INDEX control.uniq_databases_name")
        connection.commit()
    code, output = check(newest)
    assert code != 0
    for difference in ("phone", "status", "uniq_databases_name"):
        assert difference in output
