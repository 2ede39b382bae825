"""What an author declares: tables, columns, states, and what isolates them, as data."""
