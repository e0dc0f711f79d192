"""The tables are made by a command alone, and are those of the program."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from meddx.errors import Refused
from meddx.records.tables import Base
from tests.records.cases import add


def test_migrations_make_the_tables_that_the_code_has(kept):
    with kept.database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_nothing_is_made_in_passing(opened, key, place):
    records = opened(key)
    with pytest.raises(Refused, match="meddx records init"):
        records.check()
    with pytest.raises(Refused, match="meddx records init"):
        add(records)
    assert isinstance(place, str) or not place.exists()


def test_made_twice_it_keeps_what_it_holds(kept):
    add(kept)
    assert kept.initialise() == ("0001", "0001")
    kept.check()
    assert kept.erase_patient("P1", lambda _: None) == 5


def test_a_key_that_does_not_open_them_is_refused_by_init_too(kept, opened):
    from meddx.records.encryption import new_key

    with pytest.raises(Refused, match="None of the keys"):
        opened(new_key()).initialise()


@pytest.mark.parametrize("revision", ["9999"])
def test_tables_of_a_later_version_are_left_alone(kept, revision):
    with kept.database.connection() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    for refused in (kept.check, kept.initialise):
        with pytest.raises(Refused, match="later version"):
            refused()
