"""The baseline's recipe carried out twice, each time by the command in a process of its own."""

import subprocess
import sys

import pytest

from meddx.config import ROOT, data_dir

RECORDED = ("predictions-validation.parquet", "predictions-test.parquet", "curve.csv")


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="needs the public data sets (MEDDX_DATA)")
@pytest.mark.parametrize("name", ["breastmnist-plain-cnn", "retinamnist-plain-cnn"])
def test_the_plain_cnn_trained_twice_records_the_same_predictions(tmp_path, name):
    folders = []
    for attempt in ("first", "second"):
        models, runs = tmp_path / attempt / "models", tmp_path / attempt / "runs"
        command = [sys.executable, "-m", "meddx", "train", str(ROOT / "configs" / f"{name}.toml")]
        command += ["--models", str(models), "--runs", str(runs)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        folders.append(models / name)
    for file in RECORDED:
        assert (folders[0] / file).read_bytes() == (folders[1] / file).read_bytes()
