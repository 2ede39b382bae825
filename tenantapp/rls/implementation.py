"""Alembic's PostgreSQL, where what a model says is written into a migration as it was said.

Alembic compiles a text for the driver, which takes `%` for a parameter, and writes that down. Run, the text
is compiled once more: `LIKE '10%'` would become `LIKE '10%%'`. What `text()` takes for a parameter is lost.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import ClauseElement, ColumnClause, DefaultClause
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import ExecutableDDLElement

from tenantapp.models.columns import ShortTexts
from tenantapp.models.sql_text import escaped

# Named parameters: nothing stands for the driver's own.
_PLAIN = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


class Implementation(PostgresqlImpl):
    """What Alembic finds for PostgreSQL once this is imported: it takes the last class of a name."""

    __dialect__ = "postgresql"

    def render_ddl_sql_expr(
        self,
        expr: ClauseElement,
        is_server_default: bool = False,  # noqa: ARG002 - Alembic's signature
        is_index: bool = False,
        **_: Any,
    ) -> str:
        """Return an expression as `literal_column()` takes it in an index, and `text()` elsewhere."""
        if is_index and not isinstance(expr, ColumnClause):
            expr = expr.self_group()
        text = as_sql(expr)
        return text if is_index else escaped(text)

    def autogen_column_reflect(self, inspector: Any, table: Any, column_info: dict[str, Any]) -> None:
        """Have what the server shows of a column taken as it is: SQLAlchemy passes it to `text()`."""
        super().autogen_column_reflect(inspector, table, column_info)  # type: ignore[no-untyped-call]
        if column_info.get("default"):
            column_info["default"] = escaped(column_info["default"])
        if column_info.get("computed"):
            column_info["computed"]["sqltext"] = escaped(column_info["computed"]["sqltext"])


def as_sql(expression: ClauseElement) -> str:
    """Return an expression as SQL, with its values in it."""
    options = {"literal_binds": True, "include_table": False}
    return str(expression.compile(dialect=_PLAIN, compile_kwargs=options))


def as_statement(ddl: ExecutableDDLElement) -> str:
    """Return DDL as SQL."""
    return str(ddl.compile(dialect=_PLAIN)).strip()


def render_item(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Render a default that is a string as that string, of which Alembic takes a quote off its ends.

    A migration keeps its meaning without a type of ours.
    """
    if kind == "type" and isinstance(item, ShortTexts):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return f"postgresql.ARRAY(sa.String(length={item.length}))"
    if kind == "server_default" and isinstance(item, DefaultClause) and isinstance(item.arg, str):
        return repr(item.arg)
    return False
