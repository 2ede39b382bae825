"""${message}

Expand, migrate, contract: the release that runs now must go on with the schema after `upgrade`. Add first
(nullable, or with a default), fill and switch in a release of its own, remove in the one after. An index on a
large table is built by `op.create_index_concurrently`, in a migration of its own; rows are changed tenant by
tenant with `op.for_each_tenant`; what is renamed needs `op.rename_scoped_table` or `op.rename_scoped_column`.

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
