"""Where root cause analyses and their solutions are kept.

None is closed while a solution is open. Closing locks the analysis and then looks at its solutions; whatever
opens a solution holds the analysis first, in a lock that closing waits for. (The lock of the foreign key is
none: it lets a change of status pass.) At READ COMMITTED, as requests work whatever the server's
default is, the one that came second sees what the first has done.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from tenantapp.db.errors import Conflict
from tenantapp.db.repository import Repository, Values, Versions
from tenantapp.models.scoped import living
from tenantapp.models.states import require_step
from tenantapp.resources.rcas.models import OPEN, Rca, RcaSolution


class RcaRepository(Repository[Rca]):
    """The tenant's root cause analyses."""

    model = Rca

    def change(self, row_id: UUID, values: Values, versions: Versions = None) -> Rca:
        """Change an analysis and return it.

        Raises:
            Conflict: it would be closed without a root cause, or with a solution that is open.
        """
        if values.get("status") == "closed" or values.get("root_cause", "") is None:
            self._require_closable(row_id, values, versions)
        return super().change(row_id, values, versions)

    def _require_closable(self, row_id: UUID, values: Values, versions: Versions) -> None:
        found = living(Rca).where(Rca.id == row_id)
        # What an UPDATE takes as well: it waits for those who hold the analysis open.
        row = self._row(found.with_for_update(key_share=True))
        if row is None or values.get("status", row.status) != "closed":
            return
        self._require_version(row.row_version, versions)
        require_step(self._states, row, values)
        if values.get("root_cause", row.root_cause) is None:
            raise Conflict("root_cause", "What is closed has a root cause.")
        still_open = exists().where(RcaSolution.rca_id == row_id, RcaSolution.status.in_(OPEN))
        if self.connection.execute(select(still_open)).scalar_one():
            raise Conflict(
                "status", f"Solutions are open ({' or '.join(OPEN)}): finish or reject them first."
            )


class RcaSolutionRepository(Repository[RcaSolution]):
    """The solutions of the tenant's root cause analyses."""

    model = RcaSolution

    def add(self, values: Values) -> RcaSolution:
        """Add a solution and return it.

        Raises:
            Conflict: its analysis is closed.
        """
        self._hold_open(Rca.id == values["rca_id"])
        return super().add(values)

    def add_all(self, rows: Sequence[Values]) -> None:
        """Add solutions that give the same columns.

        Raises:
            Conflict: the analysis of one is closed.
        """
        self._hold_open(Rca.id.in_({values["rca_id"] for values in rows}))
        super().add_all(rows)

    def change(self, row_id: UUID, values: Values, versions: Versions = None) -> RcaSolution:
        """Change a solution and return it.

        Raises:
            Conflict: it would be open, and its analysis is closed.
        """
        if values.get("status") in OPEN:
            its = select(RcaSolution.rca_id).where(RcaSolution.id == row_id)
            try:
                self._hold_open(Rca.id == its.scalar_subquery())
            except Conflict:
                require_step(self._states, self._based_on(row_id, versions), values)
                raise
        return super().change(row_id, values, versions)

    def _hold_open(self, which: ColumnElement[bool]) -> None:
        """Keep analyses from being closed until the unit of work ends; deleted ones can be restored."""
        held = select(Rca.status).where(which).with_for_update(read=True)
        if "closed" in self.connection.execute(held).scalars().all():
            raise Conflict("rca_id", "The analysis is closed: set it to 'investigating' first.")
