"""meddx as a package: what the wheel holds, and the command that it installs."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from meddx import __version__
from meddx.config import ROOT

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command, **options):
    """Standard output and standard error of a command that must succeed."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout, result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy, so that no build folder is left in the checkout."""
    work = tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if name.startswith("meddx/") or name in {"pyproject.toml", "requirements.txt", "README.md"}:
            copy = work / "source" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((ROOT / name).read_bytes())
    run(*PIP, "wheel", "--no-deps", "--wheel-dir", work, work / "source")
    [built] = work.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package_and_asks_for_the_requirements(wheel):
    assert wheel.name == f"meddx-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("meddx/")}
        metadata = archive.read(f"meddx-{__version__}.dist-info/METADATA").decode()
    tracked = subprocess.run(["git", "ls-files", "meddx"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert held == {name for name in tracked.split() if (ROOT / name).is_file()}
    asked = {line.removeprefix("Requires-Dist: ") for line in metadata.splitlines() if line.startswith("Requires-Dist")}
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {one.replace(" ", "").split("<")[0].split(">")[0] for one in asked} == {
        line.split(">")[0] for line in lines if line and not line.startswith("#")
    }


@pytest.mark.slow
def test_the_installed_command_finds_models_by_setting_or_current_folder_and_says_when_there_are_none(wheel, tmp_path):
    # The dependencies are those of this environment: they are not what is tested, and take minutes to install.
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    [packages] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    run(*PIP, "--python", tmp_path / "venv" / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
    import numpy

    (packages / "dependencies.pth").write_text(f"{Path(numpy.__file__).parents[1]}\n")
    meddx = tmp_path / "venv" / "bin" / "meddx"
    plain = {name: value for name, value in os.environ.items() if name not in {"MEDDX_MODELS", "PYTHONPATH"}}

    listed, _ = run(meddx, "models", "--json", cwd=tmp_path, env=plain | {"MEDDX_MODELS": str(ROOT / "models")})
    assert "phantom-cnn" in {model["id"] for model in json.loads(listed)}

    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "models").symlink_to(ROOT / "models")
    assert run(meddx, "models", "--json", cwd=tmp_path / "here", env=plain)[0] == listed

    nothing, said = run(meddx, "models", "--json", cwd=tmp_path, env=plain)
    assert json.loads(nothing) == []
    assert "MEDDX_MODELS" in said
    assert len(said.strip().splitlines()) == 1
