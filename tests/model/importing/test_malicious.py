"""A hundred files that no model importer should trust: none is run, none ends in a traceback, each is refused."""

import json
import re
import subprocess
import sys

import pytest

from meddx.config import ROOT
from tests.model.importing.malicious import MAY_BE_SOUND


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("malicious")
    command = [sys.executable, "-m", "tests.model.importing.malicious", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads((folder / "outcomes.json").read_text())


def test_no_code_in_any_file_runs(outcomes):
    assert outcomes["executed"] == ["not executed", ""]


def test_every_file_is_refused_in_one_sentence(outcomes):
    files = {name: outcome for name, outcome in outcomes.items() if name not in ("executed", "sound")}
    assert len(files) >= 100
    assert {name: text for name, (kind, text) in files.items() if kind == "traceback"} == {}
    read = [name for name, (kind, _) in files.items() if kind == "found" and not name.startswith(MAY_BE_SOUND)]
    assert read == []
    for name, (kind, text) in files.items():
        if kind == "refused":
            assert re.fullmatch(r"[a-z0-9-]+: [^\n]+\.", text), (name, text)


def test_a_sound_file_is_found_by_the_same_process(outcomes):
    assert outcomes["sound"] == ["found", ""]
