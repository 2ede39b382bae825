"""Every operation of tenantapp.rls has an exact inverse, in Python and in PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import MigrateOperation, Operations
from sqlalchemy.engine import Connection

from tenantapp.rls import operations
from tenantapp.rls.operations import CreateFunctionOp, CreatePolicyOp, EnableRlsOp, GrantOp
from tests.integration.migrations.conftest import Migrations

OWN_ROWS = "tenant_id = (select '00000000-0000-0000-0000-000000000000'::uuid)"
# Those that bring something about; their inverses are the others.
SAMPLES: list[MigrateOperation] = [
    CreatePolicyOp("drafts_policy", "drafts", OWN_ROWS, OWN_ROWS, permissive=True),
    CreatePolicyOp("drafts_fence", "drafts", OWN_ROWS, "false", permissive=False),
    EnableRlsOp("drafts"),
    GrantOp(("SELECT", "UPDATE (text)"), "TABLE drafts", "app"),
    GrantOp(("EXECUTE",), "FUNCTION public.answer()", "platform"),
    CreateFunctionOp("tenancy.current_context()", 1, None, ("app", "platform")),
    CreateFunctionOp("tenancy.current_context()", 1, "directory", ()),
]
SETUP = """
    CREATE TABLE drafts (tenant_id uuid, text text);
    CREATE FUNCTION public.answer() RETURNS int RETURN 42
"""


def kind(operation: MigrateOperation) -> str:
    return type(operation).__name__


@pytest.mark.parametrize("operation", SAMPLES, ids=kind)
def test_the_inverse_of_the_inverse_is_the_operation(operation: MigrateOperation) -> None:
    assert operation.reverse() != operation
    assert operation.reverse().reverse() == operation
    assert operation.reverse().reverse().reverse() == operation.reverse()


@pytest.mark.parametrize("operation", SAMPLES, ids=kind)
def test_the_inverse_undoes_the_operation(empty: Migrations, operation: MigrateOperation) -> None:
    with empty.owner.connect() as connection:
        connection.exec_driver_sql(SETUP)
        invoke = _operations(connection, empty).invoke
        connection.commit()
        before = empty.snapshot()
        invoke(operation)
        connection.commit()
        after = empty.snapshot()
        invoke(operation.reverse())
        connection.commit()
        undone = empty.snapshot()
        invoke(operation)
        connection.commit()
        again = empty.snapshot()
    assert after != before
    assert undone == before
    assert again == after


def test_every_operation_is_tried() -> None:
    tried = {type(sample) for sample in SAMPLES} | {type(sample.reverse()) for sample in SAMPLES}
    there = {
        value
        for value in vars(operations).values()
        if isinstance(value, type) and issubclass(value, MigrateOperation) and value is not MigrateOperation
    }
    assert tried == there


def test_the_name_an_operation_is_called_by_makes_that_operation(empty: Migrations) -> None:
    with empty.owner.connect() as connection:
        connection.exec_driver_sql(SETUP)
        op = _operations(connection, empty)
        connection.commit()
        before = empty.snapshot()
        op.enable_rls("drafts")
        op.create_policy("drafts_policy", "drafts", using=OWN_ROWS, check=OWN_ROWS)
        op.grant(["SELECT"], on="TABLE drafts", to="app")
        op.create_function("tenancy.current_context()", version=1, execute=("app",))
        op.drop_function("tenancy.current_context()", version=1, execute=("app",))
        op.revoke(["SELECT"], on="TABLE drafts", from_="app")
        op.drop_policy("drafts_policy", "drafts", using=OWN_ROWS, check=OWN_ROWS)
        op.disable_rls("drafts")
        connection.commit()
        assert empty.snapshot() == before


def _operations(connection: Connection, migrations: Migrations) -> Any:
    options = {"role_names": migrations.server.names}
    return Operations(MigrationContext.configure(connection, opts=options))
