"""What the tests cannot find out about the routes of services."""

# Whether there is such a service.
HINTS = {"/api/v1/services/<uuid:item_id>/environments": {"further_statements": {"GET": 1}}}
