"""Routes whose work a test decides on, so that it is done in a real request of a tenant's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, current_app
from werkzeug.test import TestResponse

from tenantapp.http.api import PREFIX
from tenantapp.http.permissions import permission
from tests.support.tenants import TenantUnderTest

Work = Callable[[], Any]
_WORKS = "probes"


def add_probes(app: Flask) -> Flask:
    """Give `app` the routes that `in_request` asks for."""
    app.extensions[_WORKS] = {}
    blueprint = Blueprint("probes", __name__)
    blueprint.route("/probes/<name>", methods=["POST"])(permission("read")(_probe))
    app.register_blueprint(blueprint, url_prefix=PREFIX)
    return app


def in_request(tenant: TenantUnderTest, work: Work) -> TestResponse:
    """Do `work` in a request of the tenant's and return the answer that its result makes."""
    return tenant.request("POST", path_to(tenant.app, work))


def path_to(app: Flask, work: Work) -> str:
    """Return the path at which requests do `work`."""
    name = secrets.token_hex(8)
    app.extensions[_WORKS][name] = work
    return f"/api/v1/probes/{name}"


def done(response: TestResponse) -> Any:
    """Return what the work returned, as JSON carries it."""
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.json


def _probe(name: str) -> Any:
    return current_app.extensions[_WORKS][name]()
