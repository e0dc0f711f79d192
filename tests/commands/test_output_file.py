"""Results that cannot be written: refused before the work where that can be told, in one sentence where it cannot."""

from pathlib import Path

import pytest

from meddx import cli

EVALUATE = ["evaluate", "--model", "chest-plain-cnn"]


@pytest.mark.parametrize("option", ["--csv", "--parquet", "--tables", "--report"])
@pytest.mark.parametrize(("place", "said"), [("missing/out.csv", "missing does not exist"), ("", "is a folder")])
def test_a_place_that_cannot_hold_a_file_is_named_before_the_work(option, place, said, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*EVALUATE, option, str(tmp_path / place)])
    assert ended.value.code == 2
    assert f"{option}: " in (error := capsys.readouterr().err)
    assert said in error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(("option", "name"), [("--csv", "a.csv"), ("--parquet", "a.parquet"), ("--report", "a.html")])
def test_a_full_disk_is_one_sentence(option, name, tmp_path, capsys):
    (tmp_path / name).symlink_to("/dev/full")
    assert cli.main([*EVALUATE, option, str(tmp_path / name)]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("meddx evaluate: ")
    assert "No space left on device" in last
