"""Bring the tables of a database of records up to this program, and check that they are."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from meddx.errors import Refused

_FOLDER = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> tuple[str | None, str]:
    """Migrate in the connection's transaction; return the revision before, None for an empty database, and after."""
    before = MigrationContext.configure(connection).get_current_revision()
    _require_known(before)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, _head()


def require_current(connection: Connection) -> None:
    """Raise Refused ("records-schema") unless the tables are those of this program."""
    present = MigrationContext.configure(connection).get_current_revision()
    _require_known(present)
    if present != _head():
        raise Refused(
            "records-schema",
            f"The database of records has the tables of revision {present or 'none'} and needs {_head()}: run `meddx "
            "records init`, which keeps what it holds.",
        )


def _require_known(revision: str | None) -> None:
    if revision is not None and revision not in {one.revision for one in _scripts().walk_revisions()}:
        raise Refused(
            "records-schema",
            "The database of records was made by a later version of meddx: run that version, or name another database.",
        )


def _head() -> str:
    head = _scripts().get_current_head()
    assert head is not None, "there is a first migration"
    return head


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config
