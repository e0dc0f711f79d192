"""The migrations of the database of records, which Alembic runs."""
