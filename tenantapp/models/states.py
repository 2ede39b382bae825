"""State machines: where a row may stand, and which steps lead on, declared as data once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tenantapp.models.base import ModelTable
from tenantapp.models.errors import IllegalStep


class States:
    """Where a row may stand, and where it may go from there.

    Args:
        steps: by state, those that may follow; the first is where a row begins unless told otherwise.
        starts: where else it may begin.
    """

    def __init__(self, steps: Mapping[str, Sequence[str]], starts: Sequence[str] = ()) -> None:
        self.steps = {name: tuple(following) for name, following in steps.items()}
        self.names = tuple(self.steps)
        self.initial = self.names[0]
        self.starts = (self.initial, *(name for name in starts if name != self.initial))

    def before(self, name: str) -> tuple[str, ...]:
        """Return the states in which a row may be told to be in `name`: it may be there already."""
        return (name, *(earlier for earlier, following in self.steps.items() if name in following))

    def __str__(self) -> str:
        return "; ".join(
            f"{name} → {', '.join(following) or 'nothing'}" for name, following in self.steps.items()
        )


def states_of(table: ModelTable) -> dict[str, States]:
    """Return the state machines of a table, by column."""
    return {column.key: column.info["states"] for column in table.columns if "states" in column.info}


def require_start(states: Mapping[str, States], values: Mapping[str, object]) -> None:
    """Refuse a new row that does not stand where rows begin.

    Raises:
        IllegalStep: it does not; it names where rows begin.
    """
    for name, machine in states.items():
        wanted = str(values.get(name, machine.initial))
        if wanted not in machine.starts:
            raise IllegalStep(name, None, wanted, machine.starts)


def require_step(states: Mapping[str, States], row: object, values: Mapping[str, object]) -> None:
    """Refuse values by which `row` would take a step that it may not.

    Raises:
        IllegalStep: it would; it names the steps that it may take.
    """
    for name, machine in states.items():
        current = str(getattr(row, name))
        wanted = str(values.get(name, current))
        if current not in machine.before(wanted):
            raise IllegalStep(name, current, wanted, machine.steps[current])
