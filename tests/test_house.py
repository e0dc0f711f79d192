"""The house rules that tools can hold: import directions, types, style, and what may be tracked."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["lint-imports"],
        ["mypy"],
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
    ],
    ids=" ".join,
)
def test_tool_finds_nothing(command):
    result = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_the_web_process_imports_leaves_tensorflow_out():
    # import-linter reads the packages only; app.py is a module, and imports made at run time show here too.
    code = """
import sys
import app, pages.ui.common.engine_requests, pages.ui.diagnose.heat_map.heat_map_panel
import pages.ui.common.viewer.image_viewer, meddx.model.registry
loaded = {"tensorflow", "keras"} & set(sys.modules)
assert not loaded, loaded
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_no_tracked_file_is_too_large_or_an_image():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in tracked.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert files
    assert [f for f in files if f.stat().st_size > 20 * 2**20] == []
    assert [f for f in files if f.suffix.lower() in {".dcm", ".jpg", ".jpeg", ".npz", ".h5", ".nii"}] == []
    models = [f for f in files if f.suffix == ".keras"]
    assert sum(f.stat().st_size for f in models) <= 80 * 2**20
