"""What can be wrong with a model, or with a row by what its model declares."""

from __future__ import annotations


class RowRefused(Exception):
    """Base of what is raised when a row cannot be what is asked of it, by no fault of the program's."""


class IllegalStep(RowRefused):
    """Raised when a row may not go from the state that it is in to another.

    Args:
        field: the column that holds the state.
        current: the state it is in; None for a new row.
        wanted: where it was told to go.
        legal: where it may go.
    """

    def __init__(self, field: str, current: str | None, wanted: str, legal: tuple[str, ...]) -> None:
        beginning = "A new row" if current is None else f"What is {current!r}"
        following = ", ".join(map(repr, legal)) or "nothing else"
        super().__init__(f"{beginning} cannot be {wanted!r}; it can be {following}.")
        self.field = field


class ModelRefused(Exception):
    """Base of what is raised when a model may not be declared as it is."""


class UnindexableColumn(ModelRefused):
    """Raised when a model indexes text that may be too long for an index: a client's row would be refused."""


class Undeclarable(ModelRefused):
    """Raised when a model declares what no migration can keep as it is written."""


class UndeclaredIsolation(ModelRefused):
    """Raised when nothing says what isolates a table, or why it is no tenant's."""
