"""Results that cannot be written: refused before the work where that can be told, in one sentence where it cannot."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meddx import cli
from meddx.config import ROOT

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


@pytest.mark.parametrize("option", ["--csv", "--parquet", "--report"])
def test_the_file_that_is_read_is_not_written_over(option, tmp_path, capsys):
    path = tmp_path / "scores.csv"
    path.write_text("case,label,score\na,1,0.9\nb,0,0.1\n")
    before = path.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    for output in (path, link):
        assert cli.main(["evaluate", "--predictions", str(path), option, str(output)]) == 2
        assert f"{option} names" in capsys.readouterr().err
        assert cli.main(["compare", "--predictions", str(path), "--csv", str(output)]) == 2
    assert path.read_bytes() == before


def test_two_results_in_one_file_are_refused(tmp_path, capsys):
    out = str(tmp_path / "out.csv")
    assert cli.main([*EVALUATE, "--csv", out, "--tables", out]) == 2
    assert "--csv and --tables name the same file" in capsys.readouterr().err


def test_a_command_that_is_ended_removes_what_it_has_half_written(tmp_path):
    command = [sys.executable, "-m", "meddx", "phantom", "--out", str(tmp_path / "set"), "--n", "5000", "--seed", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not list(tmp_path.rglob("*.dcm")):
            assert process.poll() is None
            time.sleep(0.05)
        process.terminate()
        assert process.wait() == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_closed_output_is_no_error():
    command = f"exec >&-; exec {sys.executable} -m meddx models"
    ended = subprocess.run(["sh", "-c", command], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
