"""Records in an SQLite file and in PostgreSQL: every test that takes `kept` or `place` runs on both."""

import pytest

from meddx import config
from meddx.records.database import Database
from meddx.records.encryption import RecordsCipher, new_key
from meddx.records.store import Records
from tests.records import postgres


@pytest.fixture(scope="session")
def server():
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed; scripts/test installs it")
    with postgres.running() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path, monkeypatch):
    """Where the records lie, as MEDDX_RECORDS says; the audit log and its key are this test's own."""
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    if request.param == "sqlite":
        monkeypatch.setenv("MEDDX_RECORDS", str(tmp_path / "kept" / "records.sqlite"))
    else:
        monkeypatch.setenv("MEDDX_RECORDS", request.getfixturevalue("server").database())
    return config.records_place()


@pytest.fixture
def key(monkeypatch):
    made = new_key()
    monkeypatch.setenv("MEDDX_RECORDS_KEY", made)
    return made


@pytest.fixture
def opened(place):
    """Open the records, with keys and settings."""
    databases = []

    def open_records(*keys, **settings):
        databases.append(Database(place))
        return Records(databases[-1], RecordsCipher(keys), **settings)

    yield open_records
    for database in databases:
        database.engine.dispose()


@pytest.fixture
def kept(opened, key):
    """Records without any yet, which keep images."""
    made = opened(key, keeps_images=True)
    made.initialise()
    return made
