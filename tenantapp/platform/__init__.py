"""The operator's side: tenants and databases, from outside any tenant."""
