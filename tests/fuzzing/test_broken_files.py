"""No broken file is more than refused: a short slice of the 20,000, and with `-m slow` all of them."""

import hashlib

import pytest

from tests.fuzzing.handled import handle
from tests.fuzzing.mutations import COUNTS, broken
from tests.fuzzing.run import is_fault, main, outcomes
from tests.fuzzing.seeds import seeds


def test_there_are_twenty_thousand_and_each_is_the_same_every_time():
    assert sum(COUNTS.values()) == 20_000
    for kind in set(COUNTS) - {"keras"}:  # whose archives state when they were written
        files = [broken(kind, number) for number in range(20)]
        assert [broken(kind, number) for number in range(20)] == files
        assert len({hashlib.sha256(file).digest() for file in files}) == 20
        assert not set(files) & set(seeds(kind))


@pytest.mark.parametrize("kind", sorted(set(COUNTS) - {"keras"}))
def test_sound_files_are_read(kind):
    unknown = {"unknown-packing"} if kind == "zip" else set()  # bzip2 and LZMA are not taken
    assert {handle(kind, file) for file in seeds(kind)} == {"read", *unknown}


@pytest.mark.parametrize(("kind", "count"), [("dicom", 60), ("png", 60), ("jpeg", 60), ("zip", 40), ("parquet", 40)])
def test_broken_files_are_refused_or_read_in_time(kind, count):
    found = list(outcomes(kind, range(count)))
    assert len(found) == count
    assert [one for one in found if is_fault(kind, one[1], one[2])] == []
    assert len({outcome for _, outcome, *_ in found} - {"read"}) > 1


def test_a_fault_is_one():
    assert is_fault("png", "fault: ValueError", 0.1)
    assert is_fault("parquet", "decoder-crashed", 0.0)
    assert is_fault("jpeg", "decoder-hung", 60.0)
    assert not is_fault("jpeg", "decoder-crashed", 0.0)


@pytest.mark.slow
def test_all_of_them(tmp_path):
    assert main(tmp_path / "outcomes.jsonl", list(COUNTS)) == 0
