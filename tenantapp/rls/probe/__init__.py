"""Attacks a live database as the application's role, between two canary tenants, and undoes all it did.

It knows no model: tables, columns, keys, references, views and functions are read from the catalog, and the
canaries' rows are built from types, checks and references. Every attack is a statement that is executed, in a
transaction that is rolled back; what would stop a live database (TRUNCATE, LOCK) is asked by privilege alone.
"""

from __future__ import annotations

from tenantapp.rls.probe.report import Attempt, Cell, Outcome, ProbeReport, Subject
from tenantapp.rls.probe.run import ProbeError, probe

__all__ = ["Attempt", "Cell", "Outcome", "ProbeError", "ProbeReport", "Subject", "probe"]
