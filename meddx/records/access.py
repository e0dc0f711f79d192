"""The records of this server, where its operator has turned them on. Loads no database before."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from meddx.config import records_days, records_keep_images, records_keys, records_place
from meddx.errors import Refused
from meddx.optional_packages import require_installed

if TYPE_CHECKING:
    from meddx.records.store import Records

_PACKAGES = {"sqlalchemy": "SQLAlchemy", "alembic": "alembic", "cryptography": "cryptography"}
_FOR_POSTGRESQL = {"psycopg": "psycopg"}


def records_on() -> bool:
    """Return whether records are kept."""
    return records_place() is not None


def require_packages() -> None:
    """Raise Refused where a package is missing that records take, or that PostgreSQL takes where they lie there."""
    needed = _PACKAGES | (_FOR_POSTGRESQL if isinstance(records_place(), str) else {})
    require_installed("records-packages", needed, "Records take", "requirements-records.txt")


def records() -> "Records":
    """Return the records. Raises Refused where none are kept, a package is missing or no key is given."""
    place = records_place()
    if place is None:
        raise Refused("records-off", "No records are kept: set MEDDX_RECORDS to a file or a URL, see docs/records.md.")
    require_packages()
    return _opened(place, records_keys(), records_days(), records_keep_images())


@lru_cache(maxsize=4)
def _opened(place: Path | str, keys: tuple[str, ...], days: float, keeps_images: bool) -> "Records":
    from meddx.records.database import Database  # late: takes packages that a server without records need not have
    from meddx.records.encryption import RecordsCipher
    from meddx.records.store import Records

    return Records(Database(place), RecordsCipher(keys), days=days, keeps_images=keeps_images)
