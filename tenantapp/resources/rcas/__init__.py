"""What went wrong with what the tenant runs, why, and what is done about it."""
