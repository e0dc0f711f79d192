"""Pieces that are kept in a folder, and taken up again."""

import pytest

from meddx.errors import Refused
from meddx.kept_pieces import ANSWERS, PLAN, KeptPieces

WORK = {"of": "one"}


@pytest.fixture
def begun(tmp_path):
    pieces = KeptPieces(tmp_path, WORK)
    pieces.keep([1.5, "a"])
    pieces.keep({"b": None})
    return tmp_path


def test_what_is_kept_is_found_again_and_goes_on(begun):
    pieces = KeptPieces(begun, WORK)
    assert (pieces.count, list(pieces)) == (2, [[1.5, "a"], {"b": None}])
    pieces.keep([])
    assert list(KeptPieces(begun, WORK)) == [[1.5, "a"], {"b": None}, []]


@pytest.mark.parametrize("tear", [b"[1", b"\0\0", b"[1, 2]"])
def test_an_incomplete_last_line_is_dropped(begun, tear):
    with (begun / ANSWERS).open("ab") as file:
        file.write(tear)
    pieces = KeptPieces(begun, WORK)
    pieces.keep("next")
    assert list(pieces) == [[1.5, "a"], {"b": None}, "next"]


def test_another_work_is_not_mixed_in(begun):
    with pytest.raises(Refused, match="changed while") as refused:
        KeptPieces(begun, {"of": "another"})
    assert refused.value.rule == "changed"


def test_it_is_readable_by_its_owner_only(begun):
    assert {(begun / name).stat().st_mode & 0o777 for name in (ANSWERS, PLAN)} == {0o600}
