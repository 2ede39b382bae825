"""What each SQLSTATE means to the client. What is the program's own fault answers 500 and is logged."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from psycopg import Error

from tenantapp.postgres.error_text import is_raised
from tenantapp.postgres.errors import ConnectionOutdated

SHORTLY, SOON = "1", "5"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to answer, and after how many seconds another try makes sense."""

    status: int
    reason: str
    detail: str
    retry_after: str | None = None


COLLIDED = Meaning(
    503, "collided", "Requests at the same time stood in each other's way; send it again.", SHORTLY
)
TOOK_TOO_LONG = Meaning(
    503,
    "took_too_long",
    "The database needed more time than a request is given; try again later.",
    SOON,
)
UNAVAILABLE = Meaning(503, "database_unavailable", "The database does not answer; try again later.", SOON)
READ_ONLY = Meaning(503, "read_only", "The database takes no changes at the moment; try again later.", SOON)
OUTDATED = Meaning(
    503, "database_unavailable", "The database was changed while it was asked; send it again.", SHORTLY
)
OUT_OF_RESOURCES = Meaning(
    503, "out_of_resources", "The database lacks room for this at the moment; try again later.", SOON
)
VALUE_REFUSED = Meaning(
    422, "value_refused", "The database cannot keep a value: it is too long, too large or of a wrong form."
)
TOO_COMPLEX = Meaning(422, "too_complex", "The request asks for more than the database can work out at once.")

MEANINGS = MappingProxyType(
    {
        "08": UNAVAILABLE,
        "22001": VALUE_REFUSED,  # string data right truncation
        "22003": VALUE_REFUSED,  # numeric value out of range
        "22007": VALUE_REFUSED,  # invalid datetime format
        "22008": VALUE_REFUSED,  # datetime field overflow
        "22009": VALUE_REFUSED,  # invalid time zone displacement value
        "2200F": VALUE_REFUSED,  # zero length character string
        "22015": VALUE_REFUSED,  # interval field overflow
        "22018": VALUE_REFUSED,  # invalid character value for cast
        "22021": VALUE_REFUSED,  # character not in repertoire
        "22026": VALUE_REFUSED,  # string data length mismatch
        "22030": VALUE_REFUSED,  # duplicate JSON object key
        "22032": VALUE_REFUSED,  # invalid JSON text
        "2203D": VALUE_REFUSED,  # too many JSON array elements
        "2203E": VALUE_REFUSED,  # too many JSON object members
        "22P02": VALUE_REFUSED,  # invalid text representation
        "22P03": VALUE_REFUSED,  # invalid binary representation
        "22P05": VALUE_REFUSED,  # untranslatable character
        "25006": READ_ONLY,
        "25P03": TOOK_TOO_LONG,  # idle in transaction session timeout
        "25P04": TOOK_TOO_LONG,  # transaction timeout
        "26": UNAVAILABLE,  # a prepared statement is gone, on a second connection too
        "28": UNAVAILABLE,  # the role is not let in
        "3D": UNAVAILABLE,  # the database is not there
        "40": COLLIDED,
        "53": OUT_OF_RESOURCES,  # out of disk, memory or connections
        "54000": VALUE_REFUSED,  # an index row or a text search vector too large
        "54001": TOO_COMPLEX,
        "55P03": TOOK_TOO_LONG,  # lock not available
        "57": UNAVAILABLE,  # the server is shut down or starts
        "57014": TOOK_TOO_LONG,  # query canceled
        "58": OUT_OF_RESOURCES,  # the server's files cannot be read or written
        "72": COLLIDED,  # snapshot too old
    }
)
"""By code, or by class for all codes of it that have no meaning of their own."""

BY_CONSTRAINT = frozenset({"23001", "23503", "23505", "23514", "23P01"})
"""What is told by the name of the constraint (`constraints.explain`); without a known one, our fault."""

OURS = frozenset(
    {
        *("02", "03", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "21", "22", "23", "24", "25"),
        *("27", "2B", "2D", "2F", "34", "38", "39", "3B", "3F", "42", "44", "54", "55", "F0", "HV", "P0"),
        "XX",
    }
)
"""The classes whose other codes are the program's own fault: its statements, its schema, its rights."""


def meaning_of(error: BaseException | None) -> Meaning | None:
    """Return what a database error means to the client, or None where it is the program's own fault."""
    if isinstance(error, ConnectionOutdated):
        return OUTDATED
    if not isinstance(error, Error) or error.sqlstate is None:
        return None
    # By its place in the server, not by its text, which depends on the server's language.
    if error.sqlstate == "0A000" and error.diag.source_function == "RevalidateCachedQuery":
        return OUTDATED
    found = MEANINGS.get(error.sqlstate) or MEANINGS.get(error.sqlstate[:2])
    # What a function of the program's raises is no judgement of the server's on a value.
    return None if found and found.status < 500 and is_raised(error) else found
