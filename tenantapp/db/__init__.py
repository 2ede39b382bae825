"""What an author calls: the session, units of work, repositories and pages of rows."""
