"""What the tests cannot find out about the routes of root cause analyses."""

HINTS = {
    # The analysis is held open, here where the solution is to be.
    "/api/v1/rcas/<uuid:rca_id>/rca-solutions": {"further_statements": {"POST": 1}},
    "/api/v1/rca-solutions/<uuid:item_id>": {"further_statements": {"PATCH": 1}},
}
