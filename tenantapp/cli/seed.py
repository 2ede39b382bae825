"""`flask seed`: rows to look at, to develop on, to test and to measure with."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from tenantapp.cli.production import not_in_production
from tenantapp.cli.servers import one_line_errors
from tenantapp.seeds.options import PROFILES, options_of
from tenantapp.seeds.run import reset, seed

_USES = (
    "Uses the platform, application and, for bench and reset, owner roles. SEED_TENANTS, SEED_USERS, "
    "SEED_CUSTOMERS, SEED_SERVICES, SEED_RANDOM_SEED and SEED_USER_EMAIL override a profile."
)
_profile = click.option(
    "--profile", type=click.Choice(list(PROFILES)), default="demo", show_default=True, help="What is seeded."
)


@click.group("seed", epilog=_USES)
def seeds() -> None:
    """Make tenants with plausible rows, and remove them."""


@seeds.command("run", epilog=_USES)
@_profile
@with_appcontext
@one_line_errors
@not_in_production
def run(profile: str) -> None:
    """Make the profile's tenants and fill those that are empty; a second time nothing is added."""
    tokens = seed(_app(), options_of(profile), lambda line: click.echo(line, err=True))
    for subdomain, token in tokens.items():
        click.echo(f"{subdomain}  {token}")


@seeds.command("reset", epilog=_USES)
@_profile
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
@one_line_errors
@not_in_production
def reset_(profile: str, yes: bool) -> None:
    """Remove the profile's tenants with all their rows, whoever made them."""
    options = options_of(profile)
    if not yes:
        names = [subdomain for subdomain, _ in options.names()]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        click.confirm(f"Remove {shown} with all their rows?", abort=True)
    removed = reset(_app(), options, lambda line: click.echo(line, err=True))
    click.echo(f"removed {removed} tenants")


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # what the proxy is for
