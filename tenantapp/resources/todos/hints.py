"""What the tests of isolation cannot find out about the routes of todos."""

HINTS = {"/api/v1/todos/bulk-delete": {"removes_row": True}}
