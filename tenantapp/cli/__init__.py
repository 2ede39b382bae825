"""The commands: one file a group."""

from __future__ import annotations

from flask import Flask

from tenantapp.cli.api_keys import api_keys
from tenantapp.cli.databases import databases
from tenantapp.cli.keys import keys
from tenantapp.cli.partitions import partitions
from tenantapp.cli.probe import probe
from tenantapp.cli.rls import rls
from tenantapp.cli.roles import roles
from tenantapp.cli.schemas import schemas
from tenantapp.cli.seed import seeds
from tenantapp.cli.sessions import sessions
from tenantapp.cli.surface import surface
from tenantapp.cli.tenants import tenants
from tenantapp.cli.up import up


def init_app(app: Flask) -> None:
    """Add every command group to `app`."""
    for command in (roles, databases, tenants, api_keys, keys, partitions, rls, schemas, seeds, sessions, up):
        app.cli.add_command(command)
    rls.add_command(probe)
    rls.add_command(surface)
