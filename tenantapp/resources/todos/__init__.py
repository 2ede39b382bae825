"""What the tenant's people have to do."""
