"""The tenant itself, as it sees itself: its row of `tenants`."""
