"""The database's history, in numbered steps."""
