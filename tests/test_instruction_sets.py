"""The numeric tests under other instruction sets than this processor's best: oneDNN limited to each, and without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

NUMERIC = (
    "tests/explain",
    "tests/model",
    "tests/training",
    "tests/evaluate/map_evaluation",
    "tests/engine/test_service.py",
)

SETTINGS = (
    {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    {"ONEDNN_MAX_CPU_ISA": "AVX"},
    {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
    {"TF_ENABLE_ONEDNN_OPTS": "0"},
)


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: "=".join(*setting.items()))
def test_numbers_are_right_whatever_the_instructions(setting):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *NUMERIC, "--maxfail=20", "-m", "not slow and not browser"],
        cwd=ROOT, env=os.environ | setting, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-4000:]
