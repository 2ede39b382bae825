"""SQL as somebody wrote it, sent as it is."""

from __future__ import annotations

from alembic.operations import Operations


def run(operations: Operations, text: str) -> None:
    """Execute a text in which neither `:word` nor `%` stands for a parameter."""
    operations.get_bind().exec_driver_sql(text.replace("%", "%%"))
