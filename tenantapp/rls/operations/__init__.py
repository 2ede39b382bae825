"""Alembic operations for what isolates tables, each with its exact inverse, its execution and its rendering.

An operation holds the literal text that it executes: what a migration meant when it was written is what it
means for ever. Only the names of the roles are the deployment's: they are given as `owner`, `app`,
`platform`, `directory` or `sealer`. Importing this makes the operations available as `op.…`.
"""

from __future__ import annotations

from tenantapp.rls.operations.concurrently import CreateIndexConcurrentlyOp, DropIndexConcurrentlyOp
from tenantapp.rls.operations.functions import CreateFunctionOp, DropFunctionOp, ReplaceFunctionOp
from tenantapp.rls.operations.grants import GrantOp, RevokeOp
from tenantapp.rls.operations.indexes import CreateIndexAsOp, DropIndexAsOp
from tenantapp.rls.operations.keys import CreateScopedForeignKeyOp, DropScopedForeignKeyOp
from tenantapp.rls.operations.owners import ChangeOwnerOp
from tenantapp.rls.operations.partitions import CreateMonthlyPartitionsOp, DropEmptyPartitionsOp
from tenantapp.rls.operations.policies import CreatePolicyOp, DisableRlsOp, DropPolicyOp, EnableRlsOp
from tenantapp.rls.operations.renames import RenameScopedColumnOp, RenameScopedTableOp
from tenantapp.rls.operations.tenants import ForEachTenantOp
from tenantapp.rls.operations.views import CreateViewOp, DropViewOp

__all__ = [
    "ChangeOwnerOp",
    "CreateFunctionOp",
    "CreateIndexAsOp",
    "CreateIndexConcurrentlyOp",
    "CreateMonthlyPartitionsOp",
    "CreatePolicyOp",
    "CreateScopedForeignKeyOp",
    "CreateViewOp",
    "DisableRlsOp",
    "DropEmptyPartitionsOp",
    "DropFunctionOp",
    "DropIndexAsOp",
    "DropIndexConcurrentlyOp",
    "DropPolicyOp",
    "DropScopedForeignKeyOp",
    "DropViewOp",
    "EnableRlsOp",
    "ForEachTenantOp",
    "GrantOp",
    "RenameScopedColumnOp",
    "RenameScopedTableOp",
    "ReplaceFunctionOp",
    "RevokeOp",
]
