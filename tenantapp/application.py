"""The application, put together."""

from __future__ import annotations

import pkgutil
import sys

import click
from alembic.config import Config
from flask import Blueprint, Flask
from flask_migrate import Migrate
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from tenantapp import cli as commands
from tenantapp import discovery
from tenantapp.db.session import db
from tenantapp.embedded import development
from tenantapp.health import views as health
from tenantapp.health.readiness import Readiness
from tenantapp.http import api, cors, guard, headers, problems, shortage
from tenantapp.http.edge import Edge
from tenantapp.http.files import imports
from tenantapp.http.flask_app import ApiFlask
from tenantapp.http.openapi import docs, document
from tenantapp.http.permissions import require_permissions
from tenantapp.identity import guards
from tenantapp.identity.credentials import Credentials
from tenantapp.models.errors import ModelRefused
from tenantapp.observability import logs
from tenantapp.places import delivered
from tenantapp.postgres.directory import DatabaseDirectory
from tenantapp.postgres.engine import bind_every_transaction, engine_options
from tenantapp.postgres.opening import pool_for
from tenantapp.resources.summary.views import summary_blueprint
from tenantapp.runtime import RUNTIME, Runtime
from tenantapp.settings.load import Settings, require_settings
from tenantapp.tenancy.directory import CachedDirectory
from tenantapp.tenancy.hooks import Tenancy
from tenantapp.tenancy.resolver import TenantResolver

CREDENTIAL_SECONDS = 300.0


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application.

    Args:
        settings: what it is told from outside; by default what the environment says, and where that is wrong
            the program ends with exit code 2.
    """
    settings = development.complete(settings or require_settings())
    app = ApiFlask("tenantapp", static_folder=None)
    app.secret_key = settings.secret_key
    logs.configure(settings)
    runtime = Runtime(settings, pool_for(settings))
    RUNTIME.keep(app, runtime)
    _set_up_database(app, runtime)
    _set_up_tenancy(app, runtime)
    _set_up_http(app, settings)
    health.init_app(app, Readiness(settings, runtime.pool))
    commands.init_app(app)
    require_permissions(app)
    return app


def require_models() -> None:
    """Import every model, or print why one is refused and exit with code 2."""
    try:
        discovery.import_models()
    except ModelRefused as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


def _set_up_database(app: Flask, runtime: Runtime) -> None:
    require_models()
    app.config["SQLALCHEMY_DATABASE_URI"] = runtime.settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(runtime.pool)
    app.config["SQLALCHEMY_ECHO"] = runtime.settings.sql_echo
    db.init_app(app)
    with app.app_context():
        bind_every_transaction(db.engine, runtime.pool)
    _number_every_migration(Migrate(app, db, directory=str(delivered("migrations"))))


def _number_every_migration(migrate: Migrate) -> None:
    """Have `flask db revision` ask migrations/env.py for a number, as `flask db migrate` does.

    Set for all commands, it would have `flask db history` connect to the database.
    """

    @migrate.configure  # type: ignore[untyped-decorator]  # Flask-Migrate has no types
    def _configure(config: Config) -> Config:
        command = click.get_current_context(silent=True)
        if command is not None and command.info_name == "revision":
            config.set_main_option("revision_environment", "true")
        return config


def _set_up_tenancy(app: Flask, runtime: Runtime) -> None:
    settings = runtime.settings
    resolver: type[TenantResolver] = pkgutil.resolve_name(settings.tenant_resolver)
    Tenancy(
        resolver.of(settings),
        CachedDirectory(DatabaseDirectory(runtime.pool), seconds=settings.directory_cache_seconds),
    ).init_app(app)
    guards.init_app(app, Credentials(seconds=CREDENTIAL_SECONDS))


def _set_up_http(app: Flask, settings: Settings) -> None:
    shortage.init_app(app)
    problems.init_app(app)
    # A browser's preflight shows no credential, so that it is answered before the guard.
    cors.init_app(app, settings)
    guard.init_app(app, guards.enter_tenant)
    registry = api.init_app(app, settings.tenant_header)
    imports.init_app(app, max_bytes=settings.import_max_bytes, max_rows=settings.import_max_rows)
    document.init_app(app, registry.spec)
    _register_blueprints(app, registry)
    docs.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        behind_proxies = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = behind_proxies  # type: ignore[method-assign]
    app.wsgi_app = Edge(app.wsgi_app, headers.completion(settings))  # type: ignore[method-assign]


def _register_blueprints(app: Flask, registry: Api) -> None:
    found = list(discovery.blueprints())
    every: list[Blueprint] = [*found, summary_blueprint(found)]
    for blueprint in every:
        if blueprint is health.blueprint:
            registry.register_blueprint(blueprint)
        else:
            api.register_blueprint(app, registry, blueprint)
