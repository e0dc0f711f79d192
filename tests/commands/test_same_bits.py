"""What commands keep is the same to the bit on any number of cores."""

import json
import os
import subprocess
import sys

import pytest

from meddx.config import ROOT, environment_of_children
from meddx.kept_pieces import ANSWERS
from tests.engine.labelled import large_images
from tests.untrained import network, write_model


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A model whose dense layer sums 23,328 products, and a set with one image more than a batch."""
    folder = tmp_path_factory.mktemp("same-bits")
    write_model(folder / "models", "medium", model=network(size=224))
    large_images(folder / "set", 9, size=300)
    (folder / "set" / "NODULE" / "broken.png").unlink()
    return folder


def kept(place, cores, command, *arguments):
    """Run a command on so many cores and return what it keeps."""
    keep = place / f"{command}-{cores}"
    subprocess.run(
        [sys.executable, "-m", "meddx", command, "--model", "medium", *arguments, "--keep", str(keep), "--json"],
        cwd=ROOT,
        env=environment_of_children() | {"MEDDX_MODELS": str(place / "models")},
        stdout=subprocess.DEVNULL,
        check=False,  # 1 where a result is below its threshold
        preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores]),
    )
    return [json.loads(line) for line in (keep / ANSWERS).read_text().splitlines()]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores of a process are set on Linux alone")
def test_an_evaluation_does_not_depend_on_the_number_of_cores(place):
    here = kept(place, 64, "evaluate", "--data", str(place / "set"))
    assert [len(batch) for batch in here] == [8, 1]
    assert kept(place, 1, "evaluate", "--data", str(place / "set")) == here


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores of a process are set on Linux alone")
def test_predictions_do_not_depend_on_the_number_of_cores(place):
    here = kept(place, 64, "predict", str(place / "set"))
    assert [len(piece) for piece in here] == [9]
    assert kept(place, 1, "predict", str(place / "set")) == here
