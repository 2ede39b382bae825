"""What the tests of isolation cannot find out about the API's own document and page."""

HINTS = {
    "/api/v1/schemas/<name>": {"arguments": {"name": "Problem"}},
    "/docs/assets/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>": {
        "arguments": {"name": "swagger-ui.css"}
    },
}
