"""`flask partitions`: the months to come, as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.engine import Engine

from tenantapp.cli.output import echo_rows
from tenantapp.cli.servers import RoleGroup, address, echo_used, one_line_errors
from tenantapp.cli.tenants import as_json_option

# Imported by the command when it runs: whatever serves requests imports this file, and never what it uses.
if TYPE_CHECKING:
    from tenantapp.rls.partitions import MonthlyPartition

# New rows wait behind whoever waits for the table.
LOCK_TIMEOUT = "5s"


@click.group("partitions", cls=RoleGroup, uses="Uses the owner (MIGRATION_DATABASE_URL).")
def partitions() -> None:
    """Make the partitions of tables that are partitioned by time."""


@partitions.command("create")
@click.argument("table", required=False)
@click.option(
    "--months",
    type=click.IntRange(0, 120),
    default=3,
    show_default=True,
    help="How many months after this one.",
)
@as_json_option
@with_appcontext
@one_line_errors
def create(table: str | None, months: int, as_json: bool) -> None:
    """Make the missing partitions of this month and the next ones, and print them.

    TABLE is partitioned by RANGE over one column of type date or timestamptz; by default each that is. Months
    are UTC's. Run it once a day: it makes nothing that is there.
    """
    from alembic.util import CommandError  # noqa: PLC0415

    url = address("owner")
    echo_used(url)
    options = f"-c lock_timeout={LOCK_TIMEOUT} -c search_path=public"
    engine = sa.create_engine(url, connect_args={"options": options}, poolclass=sa.NullPool)
    try:
        made = list(_made(engine, table, months))
    except CommandError as error:
        raise click.ClickException(str(error)) from error
    if not made:
        click.echo("no partition is missing", err=True)
    echo_rows([each._asdict() for each in made], as_json=as_json)


def _made(engine: Engine, table: str | None, months: int) -> Iterator[MonthlyPartition]:
    """Make the partitions, in a transaction a table, so that none waits for another's lock."""
    from tenantapp.rls.partitions import create_monthly_partitions  # noqa: PLC0415

    today = datetime.now(UTC).date()
    for name in [table] if table else _monthly_tables(engine):
        with engine.begin() as connection:
            yield from create_monthly_partitions(connection, name, months, today)


def _monthly_tables(engine: Engine) -> list[str]:
    from tenantapp.rls.partitions import partitioned_tables  # noqa: PLC0415

    with engine.connect() as connection:
        found = partitioned_tables(connection)
    for name, is_monthly in found.items():
        if not is_monthly:
            click.echo(f"left out: {name}, which is not partitioned by time", err=True)
    return [name for name, is_monthly in found.items() if is_monthly]
