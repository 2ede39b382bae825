"""Who acts: credentials, and what each may do."""
