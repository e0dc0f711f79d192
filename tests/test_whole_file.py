"""Files that are whole or not there: after an error, a full disk and a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from meddx.config import ROOT
from meddx.whole_file import whole_file, whole_folder


def in_a_process(code: str, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_file_takes_the_place_of_the_one_before(tmp_path):
    path = tmp_path / "record.csv"
    for content in ("first", "second"):
        with whole_file(path) as file:
            assert file.suffix == ".csv"
            file.write_text(content)
        assert path.read_text() == content
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_there_stays_where_the_work_fails(tmp_path):
    path = tmp_path / "record.csv"
    path.write_text("whole")

    def fail():
        with whole_file(path) as file:
            file.write_text("ha")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail()
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_and_links_stay(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    with whole_file(link) as file:
        file.write_text("after")
    assert link.is_symlink()
    assert target.read_text() == "after"
    assert target.stat().st_mode & 0o777 == 0o640
    with whole_file(tmp_path / "new") as file:
        file.write_text("")
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_pipe_is_written_itself(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_file(pipe) as file:
        file.write_text("through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)


SHORTCUTS = """
import resource, sys
from pathlib import Path
from meddx.evaluate.shortcuts.probe_table import ShortcutRow, write_shortcuts
rows = [ShortcutRow("insert", f"what {i}", "ill", *[0.5] * 6, 10) for i in range(int(sys.argv[2]))]
if len(sys.argv) > 3:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
write_shortcuts(Path(sys.argv[1]), rows)
"""


def test_a_record_of_shortcuts_is_never_a_part_of_one(tmp_path):
    """A table cut between two rows reads as one that accuses less."""
    path = tmp_path / "shortcuts.csv"
    assert in_a_process(SHORTCUTS, path, 20).returncode == 0
    before = path.read_bytes()
    failed = in_a_process(SHORTCUTS, path, 2000, 16384)
    assert "File too large" in failed.stderr
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "record.csv"
    path.write_text("whole")
    code = """
import os, sys
from pathlib import Path
from meddx.whole_file import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write_text("ha")
    os.kill(os.getpid(), 9)
"""
    assert in_a_process(code, path).returncode == -signal.SIGKILL
    assert path.read_text() == "whole"


def test_a_private_file_is_for_this_user_alone_also_where_another_was_there(tmp_path):
    path = tmp_path / "answers"
    path.write_text("before")
    path.chmod(0o644)
    with whole_file(path, private=True) as file:
        file.write_text("after")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("after", 0o600)


def fill(folder, *, fail=False):
    (folder / "images").mkdir()
    (folder / "images" / "a").write_text("a")
    if fail:
        raise OSError("full")
    (folder / "list").write_text("a")


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_is_filled_at_once_whether_new_or_empty(tmp_path, there):
    target = tmp_path / "deep" / "set"
    if there:
        target.mkdir(parents=True)
    with whole_folder(target) as folder:
        fill(folder)
        assert not (target / "list").exists()
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()) == [
        "deep/set/images/a", "deep/set/list",
    ]  # fmt: skip
    assert target.stat().st_mode & 0o777 == 0o777 & ~umask()


def umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("there", [True, False])
def test_nothing_of_a_folder_is_left_where_the_work_fails(tmp_path, there):
    target = tmp_path / "deep" / "set"
    if there:
        target.mkdir(parents=True)
    with pytest.raises(OSError, match="full"), whole_folder(target) as folder:
        fill(folder, fail=True)
    assert [one for one in tmp_path.rglob("*") if one not in (target, target.parent)] == []
    assert target.parent.exists() is there


def test_the_working_directory_itself_may_be_filled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_folder(Path()) as folder:
        fill(folder)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["images", "list"]
