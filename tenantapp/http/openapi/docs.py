"""The docs page, to which `/` leads: Swagger UI from the files of a package, asking no other host."""

from __future__ import annotations

import secrets
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Template

from flask import Blueprint, Flask, Response, send_from_directory, url_for

from tenantapp.http.headers import CONTENT_SECURITY_POLICY
from tenantapp.http.permissions import PUBLIC, permission

_ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_A_DAY = 86_400
# `data:` for the icons that are in the style sheet.
_POLICY = Template(
    "default-src 'none'; script-src 'self' 'nonce-$nonce'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>tenantapp: the API</title>
  <link rel="stylesheet" href="$style">
  <link rel="icon" type="image/png" href="$icon">
</head>
<body>
  <main id="docs"></main>
  <noscript>This page needs JavaScript; <a href="$document">the document itself</a> does not.</noscript>
  <script src="$script"></script>
  <script nonce="$nonce">
    SwaggerUIBundle({url: "$document", dom_id: "#docs", deepLinking: true, validatorUrl: null});
  </script>
</body>
</html>
""")

blueprint = Blueprint("docs", __name__)


def init_app(app: Flask) -> None:
    """Serve the page of `app`'s document."""
    app.register_blueprint(blueprint)


@blueprint.route("/")
@permission(PUBLIC)
def root() -> Response:
    """Lead a person who opens the address alone to the page, on whatever host it was asked."""
    return Response(status=302, headers={"Location": url_for("docs.page"), "Cache-Control": "no-store"})


@blueprint.route("/docs")
@permission(PUBLIC)
def page() -> Response:
    """Show the API document to a person, who may try its operations out."""
    style, script, icon = (url_for("docs.asset", name=name) for name in _ASSETS)
    nonce = secrets.token_urlsafe(16)
    document = url_for("documents.openapi")
    html = _PAGE.substitute(style=style, script=script, icon=icon, document=document, nonce=nonce)
    headers = {CONTENT_SECURITY_POLICY: _POLICY.substitute(nonce=nonce), "Cache-Control": "no-store"}
    return Response(html, headers=headers, content_type="text/html; charset=utf-8")


@blueprint.route(f"/docs/assets/<any{_ASSETS}:name>")
@permission(PUBLIC)
def asset(name: str) -> Response:
    """Send one of the page's own files."""
    return send_from_directory(_dist(), name, max_age=_A_DAY)


@cache
def _dist() -> Path:
    """Return the folder of Swagger UI's files.

    Raises:
        ModuleNotFoundError: the package that brings them is not installed.
    """
    spec = find_spec("flask_swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("flask-swagger-ui is not installed; requirements.txt names it")
    return Path(spec.submodule_search_locations[0]) / "dist"
