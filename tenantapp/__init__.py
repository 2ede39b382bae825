"""A Flask API for many tenants, kept apart by PostgreSQL's Row-Level Security."""
