import sqlite3
from contextlib import closing

import pytest

from meddx.accounts.database import transaction

ADD = "INSERT INTO account (name, role, password_hash) VALUES (?, 'reader', '')"


def names(path):
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM account")]


def test_all_of_it_or_nothing(tmp_path):
    path = tmp_path / "new" / "accounts.sqlite"
    with transaction(path) as database:
        database.execute(ADD, ("ana",))
    with pytest.raises(sqlite3.IntegrityError), transaction(path) as database:
        database.executemany(ADD, [("ben",), ("ana",)])
    assert names(path) == ["ana"]


def test_an_account_that_is_removed_takes_its_sign_ins_along(tmp_path):
    path = tmp_path / "accounts.sqlite"
    with transaction(path) as database:
        database.execute(ADD, ("ana",))
        database.execute("INSERT INTO sign_in VALUES (x'00', 'ana', 0, 0)")
    with transaction(path) as database:
        database.execute("DELETE FROM account")
        assert database.execute("SELECT count(*) FROM sign_in").fetchone() == (0,)
