"""A copy of the program, in which a test is the developer: models come and go, `flask db` follows."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from psycopg import sql

from tenantapp.rehearsal.snapshot import Snapshot
from tenantapp.settings.load import ROOT
from tenantapp.tenancy.context import TenantContext
from tests.integration.migrations.database import Migrations
from tests.support.sealing import sealed

_FOLDERS = ("tenantapp", "migrations", "sql")
_FILES = ("wsgi.py", "pyproject.toml")
_HEAD = '''"""Of a test's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenantapp.models import columns
from tenantapp.models.base import Base
from tenantapp.models.scoped import ReferenceData, Resource, SoftDeletable, Timestamped
from tenantapp.models.security import Policy, TableSecurity, View


'''


class Tree:
    """The copied folders, and the database that its migrations are run on."""

    def __init__(self, migrations: Migrations, root: Path) -> None:
        self.root = root
        self.database = replace(migrations, root=root)
        for folder in _FOLDERS:
            shutil.copytree(ROOT / folder, root / folder)
        for file in _FILES:
            shutil.copy2(ROOT / file, root / file)

    def declare(self, models: str) -> None:
        """Write the models of a package `notes`, in place of those that it had."""
        package = self.root / "tenantapp" / "resources" / "notes"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        (package / "models.py").write_text(_HEAD + models)

    def forget(self) -> None:
        """Remove the package."""
        shutil.rmtree(self.root / "tenantapp" / "resources" / "notes")

    def change(self, path: str, old: str, new: str) -> None:
        """Replace the first of a text in a file, which must have it."""
        file = self.root / path
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))

    def flask_db(self, *command: str) -> str:
        """Run `flask db`, which succeeds, and return what it says."""
        code, said = self.database.run(*command)
        assert code == 0, said
        return said

    def refused(self, *command: str) -> str:
        """Run `flask db`, which fails in a line, and return what it says."""
        code, said = self.database.run(*command)
        assert code == 1, said
        assert "Traceback" not in said
        return said

    def migrate(self) -> str:
        """Run `flask db migrate`, without a rehearsal, and return the file that it wrote."""
        before = self.revisions()
        self.flask_db("migrate", "-m", "Something else", "-x", "no-verify")
        assert len(self.revisions() - before) == 1
        return self.newest()

    def newest(self) -> str:
        """Return the text of the newest migration."""
        return (self.root / "migrations" / "versions" / max(self.revisions())).read_text()

    def write(self, upgrade: str, downgrade: str) -> None:
        """Write a migration by hand, after the last one."""
        last = re.findall(r"""^revision = ["'](.+)["']$""", self.newest(), re.MULTILINE)[0]
        name = f"{int(last[:4]) + 1:04}"
        (self.root / "migrations" / "versions" / f"{name}_by_hand.py").write_text(
            f'"""By hand."""\n\nfrom alembic import op\n\nrevision = "{name}"\ndown_revision = "{last}"\n'
            f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n{upgrade}\n\n\n"
            f"def downgrade():\n{downgrade}\n"
        )

    def revisions(self) -> set[str]:
        """Return the names of the migrations' files."""
        return {path.name for path in (self.root / "migrations" / "versions").glob("*.py")}

    def upgraded(self) -> Snapshot:
        """Upgrade to the newest revision and return the schema."""
        self.flask_db("upgrade")
        return self.database.snapshot()

    def downgraded(self) -> Snapshot:
        """Undo the last migration and return the schema."""
        self.flask_db("downgrade")
        return self.database.snapshot()

    def query(self, role: str, statement: str, tenant: str | None = None) -> list[tuple[object, ...]]:
        """Execute a statement as a role, in a tenant's context where one is given, and return its rows."""
        database = self.database
        with database.server.connect(role, database.database, autocommit=False) as connection:
            if tenant:
                connection.execute(
                    "SELECT tenancy.bind(%s)", (sealed(connection, TenantContext(UUID(tenant))),)
                )
            cursor = connection.execute(sql.SQL(statement))
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return rows
