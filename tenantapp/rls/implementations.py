"""How each operation of `tenantapp.rls.operations` is executed."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from alembic.operations import Operations

from tenantapp.db.roles import RoleNames
from tenantapp.rls import operations as ops

FUNCTIONS = Path(__file__).parents[2] / "sql" / "functions"


@Operations.implementation_for(ops.CreatePolicyOp)
def _create_policy(operations: Operations, op: ops.CreatePolicyOp) -> None:
    kind = "PERMISSIVE" if op.permissive else "RESTRICTIVE"
    operations.execute(
        f"CREATE POLICY {op.name} ON {op.table} AS {kind} TO PUBLIC "
        f"USING ({op.using}) WITH CHECK ({op.check})"
    )


@Operations.implementation_for(ops.DropPolicyOp)
def _drop_policy(operations: Operations, op: ops.DropPolicyOp) -> None:
    operations.execute(f"DROP POLICY {op.policy.name} ON {op.policy.table}")


@Operations.implementation_for(ops.EnableRlsOp)
def _enable_rls(operations: Operations, op: ops.EnableRlsOp) -> None:
    operations.execute(f"ALTER TABLE {op.table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


@Operations.implementation_for(ops.DisableRlsOp)
def _disable_rls(operations: Operations, op: ops.DisableRlsOp) -> None:
    operations.execute(f"ALTER TABLE {op.table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


@Operations.implementation_for(ops.GrantOp)
def _grant(operations: Operations, op: ops.GrantOp) -> None:
    operations.execute(f"GRANT {', '.join(op.privileges)} ON {op.on} TO {_role(operations, op.role)}")


@Operations.implementation_for(ops.RevokeOp)
def _revoke(operations: Operations, op: ops.RevokeOp) -> None:
    operations.execute(f"REVOKE {', '.join(op.privileges)} ON {op.on} FROM {_role(operations, op.role)}")


@Operations.implementation_for(ops.CreateFunctionOp)
def _create_function(operations: Operations, op: ops.CreateFunctionOp) -> None:
    schema, name = op.signature.partition("(")[0].split(".")
    text = (FUNCTIONS / f"{name}_v{op.version:02}.sql").read_text()
    # A driver's placeholder would be read out of a bare '%'.
    operations.get_bind().exec_driver_sql(text.replace("%", "%%"))
    operations.execute(f"REVOKE ALL ON FUNCTION {op.signature} FROM PUBLIC")
    for role in op.execute:
        operations.execute(f"GRANT EXECUTE ON FUNCTION {op.signature} TO {_role(operations, role)}")
    if op.owner:
        _hand_over(operations, op.signature, schema, _role(operations, op.owner))


def _hand_over(operations: Operations, signature: str, schema: str, owner: str) -> None:
    """Change the owner, who needs CREATE on the schema for that moment alone."""
    operations.execute(f"GRANT CREATE ON SCHEMA {schema} TO {owner}")
    operations.execute(f"ALTER FUNCTION {signature} OWNER TO {owner}")
    operations.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {owner}")


@Operations.implementation_for(ops.DropFunctionOp)
def _drop_function(operations: Operations, op: ops.DropFunctionOp) -> None:
    operations.execute(f"DROP FUNCTION {op.function.signature}")


def _role(operations: Operations, role: str) -> str:
    names = cast(RoleNames, operations.migration_context.opts["role_names"])
    quoted: str = operations.get_bind().dialect.identifier_preparer.quote(str(getattr(names, role)))
    return quoted
