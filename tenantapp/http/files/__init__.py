"""Rows as files: imports and exports, CSV and NDJSON."""
