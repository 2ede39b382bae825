"""Runs the migrations as the owner role, one deployment at a time, one transaction a migration."""

from __future__ import annotations

import re
import secrets
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click
import psycopg
import sqlalchemy as sa
from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.util import CommandError
from psycopg import errors as pg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError, SAWarning

from tenantapp.health.revisions import MigrationsUnreadable, require_unique_revisions
from tenantapp.models.base import Base
from tenantapp.platform.measures import first_line
from tenantapp.postgres.failures import tls_failure
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.safety import check_preparation
from tenantapp.postgres.sealing import sealer_for, sealing_engine
from tenantapp.rehearsal.run import require_sound
from tenantapp.rls.drift import comparison_options
from tenantapp.rls.failures import failure
from tenantapp.rls.hazards import hazards
from tenantapp.rls.options import TRACEBACK, UNTRIED, read_waits, session_options
from tenantapp.runtime import RUNTIME

LOCK_KEY = 0x74656E616E74  # "tenant"
LOCK_SECONDS = 300.0


def run_migrations() -> None:
    """Bring the database that `MIGRATION_DATABASE_URL` names to the revision that was asked for.

    Raises:
        SettingsError: there is no such address.
        CommandError: it logs in as another role than the owner, the database is not prepared, or SQL was
            asked for instead.
    """
    try:
        require_unique_revisions(context.script)
    except MigrationsUnreadable as error:
        raise CommandError(str(error)) from error
    if context.is_offline_mode():
        raise CommandError("--sql: migrations read the database; run them on a clone to see their SQL")
    settings = RUNTIME.here().settings
    names = RoleNames(settings.role_prefix)
    waits = read_waits(context.get_x_argument(as_dictionary=True))
    url = settings.require("migration_database_url")
    engine = sealing_engine(url, sealer_for(settings, url), connect_args={"options": session_options(waits)})
    with connected(engine) as connection, one_at_a_time(require_ready(connection, names)):
        configure(connection, names)
        attempts = int(waits["attempts"])
        for attempt in range(1, attempts + 1):
            if migrated():
                return
            connection.rollback()
            click.echo(f"a lock was not to be had in time: attempt {attempt} of {attempts}", err=True)
            time.sleep(float(waits["pause"]) if attempt < attempts else 0)
    raise CommandError("nothing was done: try again when the database is less busy")


def connected(engine: sa.Engine) -> Connection:
    """Return a connection.

    Raises:
        CommandError: the server is not there, or does not let the owner in.
    """
    try:
        return engine.connect()
    except OperationalError as error:
        said = first_line(error.orig) if isinstance(error.orig, psycopg.Error) else str(error.orig)
        if error.orig is not None and tls_failure(error.orig):
            raise CommandError(f"MIGRATION_DATABASE_URL: {said}") from error
        raise CommandError(
            f"MIGRATION_DATABASE_URL: {said} (a new server needs `flask roles create` and "
            "`flask databases prepare` first; `make run` does both)"
        ) from error


def migrated() -> bool:
    """Run what there is to run; tell whether no lock stood in the way."""
    try:
        with context.begin_transaction(), warnings.catch_warnings():
            # Tables that refer to each other: the comparison cuts their circle itself.
            warnings.filterwarnings("ignore", "Cannot correctly sort tables", SAWarning)
            context.run_migrations()
    except OperationalError as error:
        # A migration locks several tables; requests may hold them in another order.
        if isinstance(error.orig, pg.LockNotAvailable | pg.DeadlockDetected):
            return False
        raise _told(error) from error
    except CommandError:
        raise
    # A migration is a program: it may raise anything.
    except Exception as error:
        raise _told(error) from error
    return True


def _told(error: Exception) -> Exception:
    """Return what is raised instead: one line, unless all that is known was asked for."""
    return error if TRACEBACK in context.get_x_argument(as_dictionary=True) else CommandError(failure(error))


def configure(connection: Connection, names: RoleNames) -> None:
    """Tell Alembic what to compare, and with what."""
    options = comparison_options(connection, names)
    # Alembic leaves a transaction that it finds to whoever began it.
    connection.rollback()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        process_revision_directives=finish_script,
        **options,
    )


def require_ready(connection: Connection, names: RoleNames) -> Connection:
    """Return `connection` if it is the owner's, to a prepared database.

    Raises:
        CommandError: it is not: what a superuser created, FORCE would not bind.
    """
    role = connection.scalar(sa.select(sa.func.current_user()))
    if role != names.owner:
        raise CommandError(
            f"MIGRATION_DATABASE_URL: logs in as {role!r}, expected the owner, {names.owner!r}"
        )
    driver: Any = connection.connection.driver_connection
    for problem in check_preparation(driver, names):
        if problem.is_error:
            raise CommandError(problem.reason)
    return connection


@contextmanager
def one_at_a_time(connection: Connection) -> Iterator[None]:
    """Hold the migration lock for a block.

    It is polled for: a session that waited for it would hold a snapshot, on which a CREATE INDEX CONCURRENTLY
    of the session that has it would wait in turn.

    Raises:
        CommandError: another migration held it all the time.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK_KEY))):
        connection.rollback()
        if time.monotonic() > deadline:
            raise CommandError("another migration is running on this database: try again when it has ended")
        time.sleep(0.2)
    connection.commit()
    try:
        yield
    finally:
        # A session that is lost has lost the lock, and the reason is told already.
        with suppress(DBAPIError):
            let_go(connection)


def let_go(connection: Connection) -> None:
    """Hold no lock any more: neither a reader's nor the migration lock."""
    connection.rollback()
    connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))
    connection.commit()


def finish_script(migrating: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Number a migration after the last one, warn of what it would stop, try it out; drop an empty one."""
    for script in list(scripts):
        upgrade_ops = script.upgrade_ops
        if upgrade_ops is None:
            continue
        if upgrade_ops.is_empty() and getattr(context.config.cmd_opts, "autogenerate", False):
            scripts.remove(script)
            click.echo("the models and the database are equal: nothing to migrate", err=True)
        # The digits tell two of one number apart: branches number theirs without knowing of each other.
        script.rev_id = f"{_last_number() + 1:04}_{secrets.token_hex(3)}"
        for hazard in hazards(upgrade_ops):
            click.echo(f"warning: {hazard}", err=True)
        is_written = getattr(context.config.cmd_opts, "autogenerate", False) and not upgrade_ops.is_empty()
        if is_written and UNTRIED not in context.get_x_argument(as_dictionary=True):
            # A rehearsal takes its time elsewhere: nobody waits for it here.
            let_go(migrating.connection)
            require_sound(script, migrating, RUNTIME.here().settings)


def _last_number() -> int:
    numbers = [re.match(r"\d{4}", script.revision) for script in context.script.walk_revisions()]
    return max((int(number[0]) for number in numbers if number), default=0)


run_migrations()
