"""Trainings on two logical processors and in half precision, in processes of their own: devices are set only once."""

import json
import subprocess
import sys

import pytest

from meddx.commands.train import PRECISIONS as OFFERED
from meddx.config import ROOT
from meddx.errors import Refused
from meddx.training.hardware import PRECISIONS, Hardware
from tests.training.test_run_training import workshop  # noqa: F401

TRAINING = """
import json, sys
from pathlib import Path
from meddx.model.tensorflow_startup import start_tensorflow
start_tensorflow()
import keras, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from meddx.training.training_loop import Fold, fit
from meddx.training.hardware import Hardware
from meddx.training.cached_inputs import cached_inputs
from meddx.training.recipe import read_recipe
from meddx.install.progress_report import SilentReport
workshop, devices, precision = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
run = workshop / f"run-{devices}-{precision}"
run.mkdir()
recipe = read_recipe(workshop / "small.toml")
sets = recipe.sets(workshop)
inputs = [cached_inputs(one, recipe.input, workshop / "inputs") for one in (sets.train, sets.validation)]
fold = Fold(inputs[0], sets.train.targets(), inputs[1], sets.validation.targets())
model, progress = fit(recipe, fold, run, workshop, SilentReport(), hardware=Hardware(devices, precision))
again, resumed = fit(recipe, fold, run, workshop, SilentReport(), hardware=Hardware(devices, precision))
import h5py
steps = []
with h5py.File(sorted(run.glob("epoch-*"))[-1]) as file:
    # The count of an optimizer's steps is its first variable; loss scaling wraps one optimizer in another.
    file.visititems(lambda name, item: steps.append(int(item[()])) if name.endswith("optimizer/vars/0") else None)
print(json.dumps({
    "losses": [row["loss"] for row in progress.curve],
    "held_out": progress.best_loss,
    "steps": max(steps),
    "dtypes": sorted({str(weight.dtype) for weight in model.weights}),
    "policies": sorted({layer.dtype_policy.name for layer in model.layers}),
    "same": bool(all((a == b).all() for a, b in zip(model.get_weights(), again.get_weights()))),
}))
"""


def trained(folder, devices, precision):
    command = [sys.executable, "-c", TRAINING, str(folder), str(devices), precision]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def alone(workshop):  # noqa: F811
    return trained(workshop, 1, "float32")


@pytest.mark.parametrize(
    ("devices", "precision"),
    [(2, "float32"), (2, "mixed_float16"), pytest.param(1, "mixed_bfloat16", marks=pytest.mark.slow)],
)
def test_it_learns_in_as_many_steps_to_a_float32_model(workshop, alone, devices, precision):  # noqa: F811
    found = trained(workshop, devices, precision)
    assert found["steps"] == alone["steps"]
    assert found["losses"][-1] < found["losses"][0]
    assert (found["dtypes"], found["policies"]) == (["float32"], ["float32"])
    assert found["same"]


def test_the_command_offers_every_precision():
    assert OFFERED == PRECISIONS


def test_devices_that_are_not_there_are_refused():
    with pytest.raises(Refused, match="999 devices"):
        Hardware(devices=999).strategy()
