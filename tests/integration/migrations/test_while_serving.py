"""The program of before a migration serves while it runs, and after it: of each kind that is generated."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.e2e.conftest import serving
from tests.e2e.wire import CUSTOMERS, call
from tests.integration.migrations.tree import Tree
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

pytestmark = pytest.mark.slow

MODELS = "tenantapp/resources/customers/models.py"
PHONE = "    phone: Mapped[str | None] = columns.optional_text(50)\n"
COMPANY = "    company: Mapped[str | None] = columns.optional_text(255)\n"
FAX = "    fax: Mapped[str | None] = columns.optional_text(50)\n"
INDEX = '            Index(None, "tenant_id", "status"),\n'
# In this order: what one adds, another takes away.
CHANGES = {
    "a column added": (PHONE, PHONE + FAX),
    "a type widened": (PHONE, PHONE.replace("50", "100")),
    "a type widened that a kept column is computed from": (COMPANY, COMPANY.replace("255", "300")),
    "a column dropped that the program does not use": (FAX, ""),
    "a check added": (
        INDEX,
        INDEX
        + "            CheckConstraint(\"phone <> ''\", name=\"phone\", info={'fields': ('phone',)}),\n",
    ),
    "an index created": (INDEX, INDEX + '            Index(None, "tenant_id", "phone"),\n'),
    "a view added": (
        PHONE.replace("50", "100"),
        PHONE.replace("50", "100")
        + '    views = (View("reachable", "SELECT id, phone FROM customers WHERE phone IS NOT NULL"),)\n',
    ),
}
PAUSE = 0.05


class Clients:
    """Three clients of a tenant's: one lists, one gets, one creates; each answer is counted by its status."""

    def __init__(self, port: int, tenant: TenantUnderTest) -> None:
        self._port, self._tenant = port, tenant
        self._path = f"{CUSTOMERS}/{tenant.create(CUSTOMERS, name='Ada', email='ada@c.example')['id']}"
        self._answered: Counter[tuple[str, int]] = Counter()
        self._done = threading.Event()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask a few times a second during a block."""
        threads = [threading.Thread(target=self._go_on, args=(verb,)) for verb in ("list", "get", "create")]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._done.set()
            for thread in threads:
                thread.join()

    def answers(self) -> Counter[tuple[str, int]]:
        """Return how often each verb was answered with which status since the last time; wait for more."""
        self._done.wait(1.0)
        answered, self._answered = self._answered, Counter()
        return answered

    def _go_on(self, verb: str) -> None:
        while not self._done.wait(PAUSE):
            self._answered[verb, self._ask(verb)] += 1

    def _ask(self, verb: str) -> int:
        told = {"Authorization": f"Bearer {self._tenant.token}", "X_Tenant_Subdomain": self._tenant.subdomain}
        if verb != "create":
            path = CUSTOMERS if verb == "list" else self._path
            return call(self._port, "GET", path, **told).status
        body = {"name": "Bob", "email": f"{uuid4()}@c.example"}
        return call(self._port, "POST", CUSTOMERS, body=body, **told).status


def test_the_program_of_before_serves_through_every_kind_of_migration(
    server: Server, database: str, tree: Tree, own_tenant: TenantUnderTest, tmp_path: Path
) -> None:
    tree.change(MODELS, "from sqlalchemy import Index", "from sqlalchemy import CheckConstraint, Index")
    tree.change(
        MODELS, "\nif TYPE_CHECKING", "from tenantapp.models.security import View\n\nif TYPE_CHECKING"
    )
    answered = {}
    with serving(server, database, tmp_path / "served") as (port, _):
        clients = Clients(port, own_tenant)
        with clients.asking():
            answered["before"] = clients.answers()
            for kind, (old, new) in CHANGES.items():
                tree.change(MODELS, old, new)
                before = tree.revisions()
                tree.flask_db("migrate", "-m", kind, "-x", "no-verify")
                assert len(tree.revisions() - before) == 1, kind
                clients.answers()
                tree.flask_db("upgrade")
                answered[kind] = clients.answers()
    expected = {("list", 200), ("get", 200), ("create", 201)}
    assert {kind: set(statuses) for kind, statuses in answered.items()} == dict.fromkeys(answered, expected)
