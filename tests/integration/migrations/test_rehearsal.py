"""What is generated is rehearsed before it is written; what does not pass is not written."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from tenantapp.rehearsal.scratch import scratch
from tests.integration.migrations.tree import Tree
from tests.support.databases import Server, undisturbed

MODEL = """
class Note(Resource):
    __tablename__ = "notes"
    text: Mapped[str] = columns.required_text(200)
"""
# The type of what is there cannot become the other without being told how.
BEFORE = MODEL + "    size: Mapped[str | None] = columns.optional_text(20)\n"
AFTER = MODEL + "    size: Mapped[int | None] = mapped_column()\n"


def test_a_migration_that_does_not_run_is_not_written(tree: Tree) -> None:
    tree.declare(BEFORE)
    tree.migrate()
    tree.flask_db("upgrade")
    before = tree.revisions()
    tree.declare(AFTER)
    said = tree.refused("migrate", "-m", "Count")
    assert "not written" in said
    assert "postgresql_using" in said
    assert "-x no-verify" in said
    assert tree.revisions() == before
    tree.flask_db("migrate", "-m", "Count", "-x", "no-verify")
    assert len(tree.revisions() - before) == 1


def test_what_is_on_one_server_alone_is_found(tree: Tree) -> None:
    tree.database.as_superuser("CREATE INDEX idx_customers_by_hand ON customers (tenant_id, phone)")
    before = tree.revisions()
    said = tree.refused("migrate", "-m", "Drop it")
    assert "idx_customers_by_hand" in said
    assert tree.revisions() == before


def test_without_a_scratch_server_nothing_is_written(tree: Tree) -> None:
    tree.declare(MODEL)
    before = tree.revisions()
    code, said = tree.database.run(
        "migrate", "-m", "Notes", SCRATCH_DATABASE_URL="postgresql://a@127.0.0.1:1/x"
    )
    assert code == 1
    assert "SCRATCH_DATABASE_URL" in said
    assert "Traceback" not in said
    assert tree.revisions() == before


def test_addresses_given_in_parts_do_not_stand_in_the_way(tree: Tree) -> None:
    """The rehearsal's program is given a whole address: with both it would not start."""
    tree.declare(MODEL)
    environment = tree.database.environment
    url = make_url(environment["DATABASE_URL"])
    parts = {
        "DB_HOST": url.host,
        "DB_PORT": str(url.port),
        "DB_NAME": url.database,
        "DB_USER": url.username,
        "DB_PASSWORD": url.password,
    }
    script = (
        "import os, runpy, sys; del os.environ['DATABASE_URL']; sys.argv = ['flask', *sys.argv[1:]]; "
        "runpy.run_module('flask', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--app", "wsgi", "db", "migrate", "-m", "Notes"],
        cwd=tree.root,
        env=environment | {key: value for key, value in parts.items() if value},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_role_that_may_create_roles_and_databases_is_enough(tree: Tree) -> None:
    tree.declare(MODEL)
    with _rehearsing(tree, "CREATEROLE CREATEDB") as address:
        code, said = tree.database.run("migrate", "-m", "Notes", SCRATCH_DATABASE_URL=address)
        assert code == 0, said


def test_roles_do_not_stay_where_no_database_can_be_made(tree: Tree) -> None:
    tree.declare(MODEL)
    with _rehearsing(tree, "CREATEROLE") as address:
        code, said = tree.database.run("migrate", "-m", "Notes", SCRATCH_DATABASE_URL=address)
    assert code == 1
    assert "permission denied to create database" in said
    assert "Traceback" not in said


@contextmanager
def _rehearsing(tree: Tree, rights: str) -> Iterator[str]:
    """Lend the address of a role, which has dropped all that it made: otherwise it cannot be dropped."""
    role = f"rehearses_{secrets.token_hex(4)}"
    tree.database.as_superuser(
        f"CREATE ROLE {role} LOGIN {rights} PASSWORD 'rehearses'",
        # A prepared server lets nobody else into it.
        f"GRANT CONNECT ON DATABASE postgres TO {role}",
    )
    url = tree.database.server.address("bootstrap", "postgres").set(username=role, password="rehearses")
    yield url.render_as_string(hide_password=False)
    members = (
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid "
        f"WHERE m.member = '{role}'::regrole"
    )
    assert tree.query("bootstrap", members) == []
    tree.database.as_superuser(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_rehearsal_holds_no_lock_on_the_target(tree: Tree) -> None:
    tree.declare(MODEL)
    named = f"rehearses_{secrets.token_hex(4)}"
    scratch = make_url(tree.database.environment["SCRATCH_DATABASE_URL"])
    address = scratch.update_query_dict({"application_name": named}).render_as_string(hide_password=False)
    process = tree.database.start("migrate", "-m", "Notes", SCRATCH_DATABASE_URL=address)
    rehearses = f"SELECT 1 FROM pg_stat_activity WHERE application_name = '{named}'"
    while process.poll() is None and not tree.query("bootstrap", rehearses):
        time.sleep(0.05)
    held = tree.query("bootstrap", HELD)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    assert held == []


HELD = """
    SELECT locktype, mode, relation::regclass::text
      FROM pg_locks WHERE pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def test_a_rehearsal_leaves_the_servers_other_databases_open(server: Server) -> None:
    settings = server.settings("postgres", scratch_database_url=server.address("bootstrap", "postgres"))
    with server.connect("bootstrap", "postgres") as connection, undisturbed(connection, alone=True):
        connection.execute("GRANT CONNECT ON DATABASE template1 TO PUBLIC")
        try:
            with scratch(settings, 18):
                pass
            (is_open,) = connection.execute(
                "SELECT has_database_privilege('public', 'template1', 'CONNECT')"
            ).fetchone()
        finally:
            connection.execute("REVOKE CONNECT ON DATABASE template1 FROM PUBLIC")
    assert is_open


def test_nothing_of_a_rehearsal_is_left(tree: Tree) -> None:
    tree.declare(MODEL)
    tree.flask_db("migrate", "-m", "Notes")
    # Others rehearse on this server at the same time: theirs goes too.
    deadline = time.monotonic() + 30
    while (left := _left(tree)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []


def _left(tree: Tree) -> list[tuple[object, ...]]:
    left = tree.query("bootstrap", "SELECT datname FROM pg_database WHERE datname LIKE 'scratch_%'")
    left += tree.query("bootstrap", "SELECT rolname FROM pg_roles WHERE rolname LIKE 'scratch_%'")
    return left
