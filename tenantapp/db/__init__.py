"""How rows are reached: engines, sessions, model bases. Every transaction carries the tenant's context."""
