"""The application with routes that run the SQL they are sent: an injection, for `benchmarks.harm`."""

from __future__ import annotations

from flask import Blueprint, request
from sqlalchemy import text

from tenantapp.application import create_app
from tenantapp.db.session import db
from tenantapp.http.long_work import long_work
from tenantapp.http.permissions import permission

blueprint = Blueprint("harm", __name__)


@blueprint.post("/sql")
@permission("read")
def run() -> str:
    """Run the statements of the body, a line each."""
    for statement in request.get_data(as_text=True).splitlines():
        db.session.execute(text(statement.replace(":", r"\:")))
    return "done"


# As an import has it.
blueprint.post("/long-sql")(permission("read")(long_work(run)))

app = create_app()
app.register_blueprint(blueprint, url_prefix="/api/v1/harm")
