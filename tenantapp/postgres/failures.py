"""What failed on the server's side, said so that an operator knows what to do."""

from __future__ import annotations

import re

import psycopg

WITHOUT_A_SUPERUSER = 'docs/deployment.md, "Without a superuser"'
"""Where an operator reads what a bootstrap role that is no superuser cannot do, and who can."""
BY_A_SUPERUSER = f"a superuser must run `flask databases prepare` ({WITHOUT_A_SUPERUSER})"
_MARKS = ("SSL error", "certificate", "does not support SSL")
_VERSIONS = re.compile(
    r"any SSL protocol version between (?P<lowest>\S+) and (?P<highest>\S+?)\.?$", re.MULTILINE
)


def tls_failure(error: BaseException) -> str | None:
    """Return why TLS with the server failed and what to do about it, or None where something else did.

    Args:
        error: of psycopg, from connecting; the server's address is left out of what is returned.
    """
    if not isinstance(error, psycopg.OperationalError) or error.diag.message_primary:
        return None
    # Where a host has several addresses the failures of all follow.
    told = str(error).partition("\nMultiple connection attempts")[0]
    reason = told.partition("\n")[0].rpartition(" failed: ")[2].strip()
    if not any(mark in reason for mark in _MARKS):
        return None
    if found := _VERSIONS.search(told):
        return (
            f"{reason}: the server speaks no TLS from {found['lowest']} to {found['highest']}: let it speak "
            "TLS 1.3, or set DATABASE_TLS_MIN=TLSv1.2"
        )
    if "root certificate" in reason:
        return f"{reason}: name the authority's file in the address (sslrootcert)"
    return reason
