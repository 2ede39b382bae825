"""A model whose index could refuse a client's text is refused where it is declared."""

from __future__ import annotations

import secrets
import subprocess
import sys
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from tenantapp.models.errors import UnindexableColumn
from tenantapp.models.indexes import MOST_BYTES, require_room
from tests.support.databases import Server

# The longest that is accepted, beside a tenant's id.
LONGEST = 660
MODEL = """
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from tenantapp.models import columns
from tenantapp.models.scoped import Resource

class Page(Resource):
    __tablename__ = "pages"
    address: Mapped[str] = columns.required_text({length})

    @classmethod
    def scoped_args(cls):
        return (UniqueConstraint("tenant_id", "address"),)
"""


def table_of(*kinds: Any) -> sa.Table:
    """Return a table with one unique key over a tenant's id and columns of some types."""
    columns = [sa.Column(f"column_{place}", kind) for place, kind in enumerate(kinds)]
    key = sa.UniqueConstraint("tenant_id", *(column.name for column in columns), name="uniq")
    return sa.Table("pages", sa.MetaData(), sa.Column("tenant_id", sa.Uuid), *columns, key)


@pytest.mark.parametrize(
    "kinds",
    [
        (sa.String(LONGEST),),
        (sa.String(LONGEST // 2 - 1), sa.String(LONGEST // 2 - 1)),
        (sa.LargeBinary(2600),),
        (sa.DateTime(timezone=True), sa.Integer, sa.Boolean, sa.String(255), sa.Uuid, sa.String(255)),
    ],
    ids=str,
)
def test_what_is_accepted_postgresql_indexes(server: Server, shared_database: str, kinds: Any) -> None:
    table = table_of(*kinds)
    require_room(table)
    with server.connect("bootstrap", shared_database) as connection:
        create = str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))
        connection.execute(create.replace("CREATE TABLE", "CREATE TEMPORARY TABLE"))
        longest = [_longest(column.type) for column in table.columns]
        marks = ", ".join(["%s"] * len(longest))
        connection.execute(f"INSERT INTO pages VALUES ({marks})", longest)


@pytest.mark.parametrize(
    "kinds",
    [
        (sa.String(4000),),
        (sa.String(LONGEST + 20),),
        (sa.Text,),
        (sa.String(400), sa.String(400)),
        (sa.LargeBinary,),
        (postgresql.JSONB,),
        (sa.ARRAY(sa.String(50)),),
    ],
    ids=str,
)
def test_what_may_be_too_long_is_refused_by_its_column(kinds: Any) -> None:
    with pytest.raises(UnindexableColumn, match=rf"pages\.uniq: .*PostgreSQL takes {MOST_BYTES}.*column_0"):
        require_room(table_of(*kinds))


def test_an_index_of_another_kind_has_limits_of_its_own() -> None:
    searched = sa.Index("idx", "column_0", postgresql_using="gin")
    require_room(sa.Table("pages", sa.MetaData(), sa.Column("column_0", postgresql.TSVECTOR), searched))


def test_postgresql_refuses_a_text_of_4000_characters(server: Server, shared_database: str) -> None:
    with server.connect("bootstrap", shared_database) as connection:
        connection.execute("CREATE TEMPORARY TABLE pages (address varchar(4000) UNIQUE)")
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            connection.execute("INSERT INTO pages VALUES (%s)", [secrets.token_hex(2000)])


@pytest.mark.parametrize(("length", "code"), [(LONGEST, 0), (4000, 1)])
def test_a_model_is_refused_at_its_declaration(length: int, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MODEL.format(length=length)], capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    if code:
        assert "UnindexableColumn: pages.uniq_pages_tenant_id_address: " in done.stderr
        assert "give address a shorter length" in done.stderr


def _longest(kind: Any) -> Any:
    """Return the longest value of a type, which cannot be compressed."""
    values: dict[type, Any] = {
        sa.Uuid: "00000000-0000-4000-8000-000000000000",
        sa.DateTime: "2026-01-01T00:00:00Z",
        sa.Integer: 2**31 - 1,
        sa.Boolean: True,
    }
    if isinstance(kind, sa.LargeBinary):
        return secrets.token_bytes(kind.length)
    if isinstance(kind, sa.String):
        return "".join(chr(0x10000 + secrets.randbelow(0xFFFF)) for _ in range(kind.length or 0))
    return values[type(kind)]
