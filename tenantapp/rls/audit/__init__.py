"""The audit: reads a live database's catalog and tells what would let a tenant reach another's rows."""
