"""What the tests cannot find out about the routes of API keys."""

# What processes remember of keys ends.
HINTS = {"/api/v1/api-keys/<uuid:item_id>": {"further_statements": {"DELETE": 1}}}
