"""What PostgreSQL's own time-out does not end, found by statements that loop, and by calling all functions.

Run: `.venv/bin/python -m benchmarks.endless --version 18 [--prepared] [--all] [--only array]`
"""
