"""Every operation has an exact inverse, in Python and in PostgreSQL, and renders as itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.postgres.sql_files import FOLDER
from tenantapp.rehearsal.snapshot import Snapshot
from tenantapp.rls import operations
from tenantapp.rls.operations import (
    ChangeOwnerOp,
    CreateIndexConcurrentlyOp,
    DropIndexConcurrentlyOp,
    ForEachTenantOp,
    RenameScopedColumnOp,
    functions,
)
from tests.integration.migrations.database import Migrations
from tests.integration.migrations.samples import FUNCTION_FILES, FUNCTIONS, SAMPLES, SETUP

# Autogenerate cannot see a rename, and leaves partitions alone.
BY_HAND = {"renamed table", "renamed column", "partitions by month"}
GENERATED = {name: sample for name, sample in SAMPLES.items() if name not in BY_HAND}


class Recorder(Operations):
    """Takes an operation by the name that migrations call it by, and does nothing but remember it."""

    made: Any = None

    def __init__(self) -> None:
        """Need no database."""

    def invoke(self, operation: MigrateOperation) -> Any:
        """Remember an operation instead of executing it."""
        self.made = operation


every_sample = pytest.mark.parametrize("operation", SAMPLES.values(), ids=SAMPLES)
every_generated_sample = pytest.mark.parametrize("operation", GENERATED.values(), ids=GENERATED)


@pytest.fixture
def database(empty: Migrations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Migrations:
    """A database with something to operate on."""
    (tmp_path / "functions").mkdir()
    for file in (FOLDER / "functions").iterdir():
        (tmp_path / "functions" / file.name).write_text(file.read_text())
    for name, text in FUNCTION_FILES.items():
        (tmp_path / "functions" / name).write_text(text)
    monkeypatch.setattr(functions, "FOLDER", tmp_path)
    with empty.owner.begin() as connection:
        connection.exec_driver_sql(SETUP)
    run(empty, *FUNCTIONS)
    return empty


def run(database: Migrations, *made: MigrateOperation) -> Snapshot:
    """Run operations as a migration would, and return the schema that they leave."""
    # Nobody but a superuser takes from one role what is another's.
    role = "bootstrap" if any(isinstance(operation, ChangeOwnerOp) for operation in made) else "owner"
    return database.operate(*made, role=role)


@every_sample
def test_the_inverse_of_the_inverse_is_the_operation(operation: MigrateOperation) -> None:
    assert operation.reverse() != operation
    assert operation.reverse().reverse() == operation
    assert operation.reverse().reverse().reverse() == operation.reverse()


@every_sample
def test_the_inverse_undoes_the_operation(database: Migrations, operation: MigrateOperation) -> None:
    before = database.snapshot()
    after = run(database, operation)
    assert after != before
    assert run(database, operation.reverse()) == before
    assert run(database, operation) == after


@every_generated_sample
def test_what_an_operation_renders_makes_that_operation(operation: MigrateOperation) -> None:
    recorder = Recorder()
    for generated in (operation, operation.reverse()):
        rendered = renderers.dispatch(generated)(cast(AutogenContext, None), generated)
        eval(cast(str, rendered), {"op": recorder})  # noqa: S307 - it is our own
        assert recorder.made == generated
        assert "\n" not in rendered


def test_an_operation_that_is_written_by_hand_makes_itself() -> None:
    recorder: Any = Recorder()
    recorder.rename_scoped_table("drafts", "papers")
    assert recorder.made == SAMPLES["renamed table"]
    recorder.rename_scoped_column("drafts", "text", "body")
    assert recorder.made == SAMPLES["renamed column"]
    recorder.create_monthly_partitions("events", months=2)
    assert recorder.made == SAMPLES["partitions by month"]
    recorder.drop_empty_partitions("events", months=2)
    assert recorder.made == SAMPLES["partitions by month"].reverse()
    recorder.for_each_tenant("UPDATE drafts SET text = ''")
    assert recorder.made == ForEachTenantOp("UPDATE drafts SET text = ''")


def test_what_is_done_to_rows_has_no_inverse() -> None:
    with pytest.raises(NotImplementedError):
        ForEachTenantOp("UPDATE drafts SET text = ''").reverse()


def test_a_foreign_key_forces_no_table_that_was_not_forced(database: Migrations) -> None:
    after = run(database, SAMPLES["foreign key"])
    forced = {row["name"]: row["forced"] for row in after["relations"]}
    assert forced["drafts"]
    assert not forced["pads"]


def test_a_renamed_table_or_column_takes_along_the_names_that_it_stands_in(database: Migrations) -> None:
    after = run(database, SAMPLES["renamed table"], RenameScopedColumnOp("papers", "text", "body"))
    names = {row["name"] for kind in ("relations", "constraints", "policies") for row in after[kind]}
    assert {
        "papers",
        "papers_pkey",
        "papers_tenant_isolation",
        "chk_papers_body",
        "fk_papers_papers",
        "fk_lines_papers",
        "idx_papers_tenant_id_body",
        # A column whose name contains the other's.
        "idx_papers_tenant_id_text_size",
    } <= names
    assert not [name for name in names if "drafts" in name]


def test_every_operation_is_tried() -> None:
    tried = {type(sample) for sample in SAMPLES.values()}
    tried |= {type(sample.reverse()) for sample in SAMPLES.values()} | {ForEachTenantOp}
    # Outside a transaction: test_concurrently.py.
    tried |= {CreateIndexConcurrentlyOp, DropIndexConcurrentlyOp}
    there = {
        value
        for value in vars(operations).values()
        if isinstance(value, type) and issubclass(value, MigrateOperation) and value is not MigrateOperation
    }
    assert tried == there
