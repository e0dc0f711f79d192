"""A source whose maps are known, so that the rows of the table are too."""

import numpy as np
import PIL.Image
import pytest

from meddx.evaluate.map_evaluation import baselines
from meddx.evaluate.map_evaluation.annotations import ANNOTATION_GRID
from meddx.evaluate.map_evaluation.evaluator import MapEvaluator
from meddx.evaluate.map_evaluation.map_sources import DrawnMaps, MapSource
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox
from meddx.explain.methods import SLOW
from meddx.model.card import read_card
from tests.explain.methods.networks import small


def corner(inputs, questions):
    """All evidence in the upper left quarter, or for the second image none at all."""
    maps = np.zeros((len(questions), 32, 32), np.float32)
    for number, (image, _) in enumerate(questions):
        maps[number, :16, :16] = image != 1
    return {"corner": DrawnMaps(maps, np.arange(len(inputs), dtype=np.float32))}


@pytest.fixture(scope="module")
def results(untrained_models, tmp_path_factory):
    """What is found on three images with a nodule in the upper left quarter, and how far it said it was."""
    path = tmp_path_factory.mktemp("images") / "image.png"
    PIL.Image.fromarray(np.arange(1024, dtype=np.uint16).reshape(32, 32).astype(np.uint8)).save(path)
    box = (LesionBox(0, 0, 0.5, 0.5, "NODULE"),)
    cases = [LabelledCase(name, path, f"patient {name}", ("NODULE",), boxes=box) for name in "abc"]
    usual = np.zeros((ANNOTATION_GRID, ANNOTATION_GRID), np.float32)
    usual[-1, -1] = 1
    evaluator = MapEvaluator(
        small(), read_card(untrained_models / "untrained" / "card.toml"),
        [MapSource(("corner",), SLOW, corner)], [], usual={"NODULE": usual}, some=3, hidden=0, few=0,
    )  # fmt: skip
    told = []
    return evaluator.over(LabelledSet(("NORMAL", "EFFUSION", "NODULE"), tuple(cases)), told.append), told


def test_a_map_that_marks_the_finding_points_at_it_and_an_empty_one_does_not(results):
    row = results[0]["corner"]
    assert row.patients == ["patient a", "patient b", "patient c"]
    assert [one.inside for one in row.localised] == pytest.approx([1, 0, 1], abs=0.02)
    assert [one.near for one in row.localised][::2] == pytest.approx([1, 1], abs=0.02)
    assert row.empty == [("patient a", 0), ("patient b", 1), ("patient c", 0)]
    assert row.strongest == [0, 1, 2]


def test_baselines_come_last_and_are_localised_too(results):
    rows = results[0]
    assert list(rows) == ["corner", *baselines.BASELINE_TITLES]
    assert [one.pointing for one in rows[baselines.TYPICAL_LOCATION].localised] == [0, 0, 0]
    # One of the four middle cells is marked.
    assert [one.pointing for one in rows[baselines.CENTRE].localised] == pytest.approx([0.25] * 3)
    assert len(rows[baselines.RANDOM].localised) == 3
    assert rows[baselines.CENTRE].empty == []


def test_nothing_is_hidden_or_shuffled_where_none_of_it_is_asked_for(results):
    rows, told = results
    assert (rows["corner"].effects, rows["corner"].likenesses, rows["corner"].blanks) == ([], [], [])
    assert rows["corner"].images == 3
    assert told == [3]
