"""Every private name of psycopg, psycopg_pool and SQLAlchemy that the program uses, and what each must be.

A release may change any of them without notice. `test_private.py` holds the installed releases to this list,
and the program to use no other.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery
from psycopg.errors import _WaitTimeout as WaitTimeout
from psycopg_pool import ConnectionPool
from sqlalchemy import Enum, Select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.context import _ORMCompileState as ORMCompileState
from sqlalchemy.orm.strategies import _JoinedLoader as JoinedLoader
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import _label_reference as LabelReference  # noqa: N812 - it is a class
from sqlalchemy.sql.elements import _textual_label_reference as TextualLabelReference  # noqa: N812

__all__ = [
    "ATTRIBUTES",
    "METHODS",
    "JoinedLoader",
    "Key",
    "LabelReference",
    "ORMCompileState",
    "PostgresQuery",
    "Prepare",
    "PrepareManager",
    "TextualLabelReference",
    "WaitTimeout",
]

METHODS: Mapping[type, Mapping[str, str]] = {
    psycopg.Connection: {
        "_deallocate": "self name",
        "_exec_command": "self command result_format",
        "_get_tx_start_command": "self",
        # Every statement, COPY and cursor of the server's comes by here: the transaction begins in it.
        "_start_query": "self",
    },
    psycopg.Cursor: {
        "_check_results": "self results",
        "_convert_query": "self query params",
        "_execute_gen": "self query params prepare binary",
        "_execute_send": "self query force_extended binary",
        "_get_prepared": "self pgq prepare",
        "_reset": "self reset_query",
        "_send_prepare": "self name query",
        "_send_query_prepared": "self name pgq binary",
        "_set_results": "self results",
    },
    PrepareManager: {
        "get": "self query prepare",
        "maintain_gen": "self conn",
        "maybe_add_to_cache": "self query prep name",
        "validate": "self key prep name results",
    },
    ConnectionPool: {
        "_close_connection": "self conn",
        "_get_ready_connection": "self timeout",
        "_reset_connection": "self conn",
        "_shrink_pool": "self",
    },
    Connection: {
        "_autobegin": "self",
        "_commit_impl": "self",
        "_execute_context": "self dialect constructor statement parameters execution_options args kw",
        "_revalidate_connection": "self",
        "_rollback_impl": "self",
    },
    Enum: {"_db_value_for_elem": "self elem"},
    JoinedLoader: {
        "_create_eager_join": "self compile_state query_entity path adapter parentmapper clauses innerjoin"
        " chained_from_outerjoin extra_criteria"
    },
    LoaderCriteriaOption: {"_resolve_where_criteria": "self ext_info"},
}
"""The methods that are called or overridden, with the names of their parameters."""

ATTRIBUTES: Mapping[type, tuple[str, ...]] = {
    psycopg.Connection: ("_created_at", "_notice_handlers", "_pool", "_prepared"),
    psycopg.Cursor: ("_closed", "_conn", "_last_query", "_tx"),
    PrepareManager: ("_names",),
    ConnectionPool: ("_lock", "_nconns_min", "_pool"),
    Connection: ("_dbapi_connection", "_echo", "_has_events", "_transaction"),
    Engine: ("_connection_cls", "_has_events", "_option_cls"),
    RelationshipProperty: ("_init_args",),
    Select: (
        "_distinct",
        "_distinct_on",
        "_group_by_clauses",
        "_order_by_clauses",
        "_has_row_limiting_clause",
        "_having_criteria",
    ),
    SQLCompiler: ("_bind_processors",),
    # A criteria option is cached by what it declares here.
    LoaderCriteriaOption: ("_traverse_internals",),
}
"""The attributes that are read, written or overridden, whether a class or its instances have them."""
