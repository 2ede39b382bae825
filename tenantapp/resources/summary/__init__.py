"""Row counts by status, of each resource of the tenant."""
