"""Adding a method is one file and one row: proved by adding some, asking everything of them, and removing them."""

import argparse
import inspect
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from meddx.commands import explain_check, predict
from meddx.evaluate.map_evaluation.map_sources import method_sources, reference_sources
from meddx.evaluate.map_evaluation.tf_keras_vis_maps import measured_beside, reference_name, reference_title
from meddx.explain import methods
from meddx.explain.colour_scale import colour_scale
from meddx.explain.map_check.map_checker import MapChecker
from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_record import MapRecord
from meddx.explain.methods import METHODS, Counterpart, Method
from meddx.explain.methods.grad_cam_family import build_family
from meddx.model.card import read_card
from meddx.types import Placement
from pages.ui.diagnose.heat_map import map_requests as pages_asked
from pages.ui.diagnose.heat_map import map_sentences
from studies.explanations import methods_table
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods import test_explainer
from tests.explain.methods.networks import global_average, images, small
from tests.explain.test_map_record import record
from tests.pages.fake import explanation, prediction
from tests.untrained import write_model

RULE = """
import tensorflow as tf


def rule(features, gradients):
    return tf.nn.relu(tf.einsum("nrck,nlk->nlrc", features, tf.reduce_max(gradients, axis=(2, 3))))
"""
BUILD = """
from meddx.explain.methods.gradients import Gradients


class Squared:
    def __init__(self, network):
        self._gradients = Gradients(network)

    def __call__(self, inputs, labels, progress=lambda done, total: None):
        return self._gradients(inputs, labels, progress) ** 2


def build(network):
    return Squared(network)
"""
OF_THE_FAMILY = Method(
    name="peak-cam",
    title="Peak-CAM",
    paper="Nobody 2026",
    colours="Colour marks areas whose strongest gradient raises the score of this label.",
    units="logit",
    signed=False,
    scale="measured or card",
    passes=1,
    family=True,
    counterpart=Counterpart("tf_keras_vis.gradcam", "Gradcam"),
)
OF_ITS_OWN = Method(
    name="squared-gradients",
    title="Squared gradients",
    paper="Nobody 2026",
    colours="Colour marks pixels where a small change of brightness would change the score of this label.",
    units="relative",
    signed=False,
    scale="none",
    passes=30,
    counterpart=Counterpart("tf_keras_vis.saliency", "Saliency", {"smooth_samples": 2}),
)
FILES = {OF_THE_FAMILY.name: RULE, OF_ITS_OWN.name: BUILD}


@pytest.fixture(params=[OF_THE_FAMILY, OF_ITS_OWN], ids=lambda row: row.name)
def added(request, tmp_path):
    with adding(request.param, tmp_path):
        yield request.param


@contextmanager
def adding(row, folder):
    """A method added by a file in `folder`, where its package then looks too, and by this row; gone afterwards."""
    file = row.name.replace("-", "_")
    (folder / f"{file}.py").write_text(FILES[row.name])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(methods, "__path__", [*methods.__path__, str(folder)])
        patch.setitem(METHODS, row.name, row)
        yield
    if sys.modules.pop(f"{methods.__name__}.{file}", None) is not None:
        delattr(methods, file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("models"))


def test_it_keeps_the_contract(added):
    network = small()
    inputs, explain = images(network), added.build(network)
    known = {"method": added, "network": network, "asked": (explain, inputs, explain(inputs, [0, 1, 2]))}
    checks = [check for name, check in vars(test_explainer).items() if name.startswith("test_")]
    assert len(checks) > 5
    for check in checks:
        check(**{name: known[name] for name in inspect.signature(check).parameters})


def test_its_colours_end_where_its_row_says(added, folder):
    card = read_card(folder / "card.toml")
    rows = [{"name": "grad-cam", "title": "Grad-CAM"}, {"name": added.name, "title": added.title, "scale": 1.5}]
    measured = MapRecord.model_validate(record(card, methods=rows, measured=[]))
    relative = added.scale == "none"
    assert colour_scale(added.name, card, measured) == (None if relative else 1.5)
    assert colour_scale(added.name, card, None) == (None if relative else card.explained.heatmap_scale)


def test_it_comes_with_the_family_if_it_has_a_rule(added):
    network = small()
    together = build_family(network)(images(network), [2, 0])
    assert (added.name in together) == added.family
    if added.family:
        alone = added.build(network)(images(network), [2, 0])
        assert_rounds_alike(together[added.name], alone, products(network))


def test_its_map_can_be_tested_and_agrees_with_others_by_name(added):
    network = global_average()
    networks = NetworkPair(network)
    assert (added.name in networks.family) == added.family
    other = MapChecker(networks, "hires-cam", METHODS["hires-cam"].build)
    numbers, _ = other(images(network)[-1], 0, Placement(0, 0, 1, 1), lambda logits: logits.astype(np.float64))
    assert (added.name in numbers.methods) == added.family
    test = MapChecker(networks, added.name, added.build, added.passes)
    numbers, heatmap = test(images(network)[-1], 0, Placement(0, 0, 1, 1), lambda logits: logits.astype(np.float64))
    assert numbers.marks
    logits = np.abs(network(images(network)[-1:])[1]).max()
    expected = added.build(network)(images(network)[-1:], [0])[0, 0]
    assert_rounds_alike(heatmap, expected, products(network), max(logits, np.abs(expected).max()))


def test_explain_check_measures_it_and_its_counterpart(added, folder):
    card, inputs = read_card(folder / "card.toml"), images(small())
    [own] = method_sources(small(), [added.name])
    [other] = reference_sources(folder, card, [added.name])
    assert measured_beside(added.name) is added.counterpart
    assert (own.rows, other.rows) == ((added.name,), (reference_name(added.name),))
    assert reference_title(added.name) == f"tf-keras-vis: {added.title}"
    questions = [(0, 1), (2, 0), (2, 1)]
    for source in (own, other):
        drawn = source.draw(inputs, questions)[source.rows[0]].maps
        assert drawn.shape[0] == len(questions)
        assert np.isfinite(drawn).all()
        assert np.ptp(drawn) > 0


def test_a_reader_is_told_what_it_is(added, card_label):
    assert pages_asked.is_slow(added.name) == (added is OF_ITS_OWN)
    relative = added.units == "relative"
    assert map_sentences.scale_sentence(explanation(added.name)).startswith(
        "Colours are relative" if relative else "No common scale"
    )
    strength = map_sentences.strength_sentence(explanation(added.name), card_label)
    assert strength.startswith("The map shows which areas")  # no scale has been measured


@pytest.fixture(scope="module")
def card_label(folder):
    return read_card(folder / "card.toml").labels[1]


@pytest.mark.parametrize("command", [predict, explain_check])
def test_the_command_line_takes_it(added, command, capsys):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    assert added.name in "".join(capsys.readouterr().out.split())
    if command is predict:
        asked = parser.parse_args(["a.png", "--model", "some", "--explain", added.name, "--out", "out"])
        assert asked.explain == added.name


def test_the_docs_table_lists_it(added):
    assert sum(f"`{added.name}`" in line for line in methods_table.lines()) == 1


def test_afterwards_it_is_gone(tmp_path):
    before = list(METHODS)
    with adding(OF_THE_FAMILY, tmp_path):
        assert list(METHODS) == [*before, OF_THE_FAMILY.name]
        assert OF_THE_FAMILY.rule()
    assert list(METHODS) == before
    with pytest.raises(ModuleNotFoundError):
        OF_THE_FAMILY.rule()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"units": "relative"}, "no scale"),
        ({"scale": "none"}, "no scale"),
        ({"signed": True}, "stripes"),
        ({"colours": "Colour marks what raises, stripes what lowers the score of this label."}, "stripes"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes, said):
    with pytest.raises(ValueError, match=f"^peak-cam: .*{said}"):
        Method(**vars(OF_THE_FAMILY) | changes)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_what_a_method_is_built_by_is_in_a_file_of_its_own(method):
    if method.family:
        assert method.rule().__module__ == f"{methods.__name__}.{method.name.replace('-', '_')}"
    else:
        assert not hasattr(method._file(), "rule")
        assert method._file().build.__module__ == f"{methods.__name__}.{method.name.replace('-', '_')}"


def test_reading_the_registry_loads_no_tensorflow():
    code = """
import sys
from meddx.explain.methods import METHODS
assert [method.colours for method in METHODS.values()]
loaded = {"tensorflow", "keras", "tf_keras_vis"} & set(sys.modules)
assert not loaded, loaded
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_maps_that_come_with_a_prediction_are_described_as_their_row_is():
    came = prediction({"EFFUSION": 0.7}).explanation
    row = METHODS[came.method]
    assert (row.units, row.signed, row.scale) == (came.units, came.signed, "card")
    assert [name for name, method in METHODS.items() if method.scale == "card"] == [came.method]
