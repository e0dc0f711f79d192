"""What Alembic runs to migrate the connection that it is handed."""

from alembic import context

from meddx.records.tables import Base


def _migrate() -> None:
    """Migrate in one transaction, SQLite too: an end in the middle leaves the database as it was."""
    connection = context.config.attributes["connection"]
    context.configure(connection, target_metadata=Base.metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # as Alembic names it
    _migrate()
