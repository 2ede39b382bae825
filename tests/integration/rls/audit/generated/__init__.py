"""Holes made by a generator, one by one: each is told by the audit, whatever nobody thought of."""
