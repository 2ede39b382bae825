"""Isolation levels, as a unit of work asks for one."""

from __future__ import annotations

from enum import StrEnum


class Isolation(StrEnum):
    """How much a transaction sees of those beside it."""

    READ_COMMITTED = "READ COMMITTED"
    REPEATABLE_READ = "REPEATABLE READ"
    SERIALIZABLE = "SERIALIZABLE"
