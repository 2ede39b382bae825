"""`flask schemas`: the JSON Schema of each object, as files."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from flask.cli import with_appcontext

from tenantapp.http.openapi.document import api_document


@click.group("schemas")
def schemas() -> None:
    """Tell other programs what the API's objects look like."""


@schemas.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export(folder: Path) -> None:
    """Write the JSON Schema (draft 2020-12) of each object to DIR, as NAME.schema.json.

    DIR is made where it does not exist. Files of these names are replaced, others stay. Prints each file.
    """
    found = api_document().json_schemas
    for name, schema in found.items():
        path = folder / f"{name}.schema.json"
        _write(path, orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        click.echo(path)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
