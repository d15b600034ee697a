"""What scans found, kept: SQLite in a file, PostgreSQL by URL; one schema, one way to write and to ask."""
