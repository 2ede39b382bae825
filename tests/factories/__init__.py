"""Plain instances of models, which a test adds to a session itself."""
