"""The people who act for a tenant."""
