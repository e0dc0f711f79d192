"""Networks written by hand, whose answer is known to follow one thing."""

from dataclasses import replace

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.shortcuts.interventions import INTERVENTIONS
from meddx.evaluate.shortcuts.probe import ProbeImages, probe, probe_rows
from meddx.evaluate.shortcuts.probe_table import LOST_FROM, read_shortcuts, strongest, write_shortcuts
from meddx.evaluate.shortcuts.summary_sentence import NO_SHORTCUT, NOT_SEARCHED, shortcut_sentence
from meddx.imaging.markers import add_marker
from meddx.model.card import Input
from meddx.types import Placement

SIDE = 64
SPEC = Input(height=SIDE, width=SIDE, channels=1, low=-1.0, high=1.0, resize="stretch")
NAMES = ("healthy", "ill")
N = 80
CORNER, CENTRE = np.s_[:, :12, :12], np.s_[:, 26:38, 26:38]


def images(brighter=None, marker=None):
    """Grey noise; every other image is ill, and there a part is brighter or a marker is drawn."""
    chance = np.random.default_rng(5)
    shown = chance.uniform(0.2, 0.5, (N, SIDE, SIDE)).astype(np.float32)
    shown += chance.uniform(-0.1, 0.1, (N, 1, 1)).astype(np.float32)
    ill = np.arange(N) % 2 == 1
    if brighter is not None:
        shown[brighter] += 0.3 * ill[:, np.newaxis, np.newaxis]
    if marker is not None:
        shown[ill] = [add_marker(image, marker) for image in shown[ill]]
    inputs = (2 * shown - 1)[..., np.newaxis].astype(np.float32)
    groups = [str(number // 2) for number in range(N)]
    return ProbeImages(inputs, [Placement(0, 0, 1, 1)] * N, groups, np.stack([~ill, ill], axis=1))


def reads(part):
    """The brighter the part, the iller."""

    def ask(inputs):
        level = inputs[part].mean(axis=(1, 2, 3))
        return np.stack([np.zeros_like(level), 9 * level], axis=1)

    return ask


def probed(ask, of):
    return probe_rows(probe(ask, of, SPEC, exclusive=True), of, NAMES)


def accused(rows):
    return {(row.kind, row.what) for row in rows if row.accused}


def test_a_network_that_reads_the_upper_left_corner_is_accused_of_it_and_of_no_other():
    rows = probed(reads(CORNER), images(brighter=CORNER))
    found = accused(rows)
    assert ("swap", "upper left corner") in found
    assert not {what for _, what in found} & {"upper right corner", "lower left corner", "lower right corner", "tube"}
    assert shortcut_sentence(rows, None).startswith("Possible shortcut: the score depends on the upper left corner")
    swapped = next(row for row in rows if (row.kind, row.what) == ("swap", "upper left corner"))
    assert swapped.lost_low > LOST_FROM
    assert 2 < swapped.lost <= 4, "the labels trade places"


def test_a_network_that_reads_the_centre_is_not_accused():
    rows = probed(reads(CENTRE), images(brighter=CENTRE))
    assert not accused(rows)
    assert shortcut_sentence(rows, None).startswith(NO_SHORTCUT)
    assert shortcut_sentence(rows, None).endswith(NOT_SEARCHED)
    assert {(row.kind, row.what) for row in rows} == {(one.kind, one.what) for one in INTERVENTIONS}


def test_a_network_that_reads_the_brightness_of_images_whose_exposure_went_with_the_label_is_accused_of_it():
    found = accused(probed(reads(np.s_[:]), images(marker="brightness")))
    assert ("swap", "brightness") in found


def test_a_marker_that_no_image_carries_is_found_where_it_overturns_the_answer():
    """The network looks for the white of the letter R; images differ a little in the centre."""

    def ask(inputs):
        white = (inputs[:, 3:16, 3:16] > 0.6).mean(axis=(1, 2, 3))
        level = 0.2 * inputs[CENTRE].mean(axis=(1, 2, 3)) + 30 * white
        return np.stack([np.zeros_like(level), level], axis=1)

    found = accused(probed(ask, images(brighter=CENTRE)))
    assert ("insert", "side letter") in found
    assert ("insert", "tube") not in found
    assert ("insert", "brightness") not in found


def test_a_network_that_always_says_the_same_follows_nothing():
    rows = probed(lambda inputs: np.zeros((len(inputs), 2), np.float32), images())
    assert {row.lost for row in rows} == {0.0}
    assert not accused(rows)


def test_padding_is_left_alone():
    of = images(brighter=CENTRE)
    of = replace(of, placements=[Placement(0.25, 0.0, 0.75, 1.0)] * N)
    rows = probed(reads(np.s_[:, :, :8]), of)
    assert {row.pushed for row in rows} == {0.0}


def test_images_that_are_labelled_alike_are_refused():
    of = images()
    of = replace(of, targets=np.repeat([[True, False]], N, axis=0))
    with pytest.raises(Refused) as refused:
        probed(reads(CENTRE), of)
    assert refused.value.rule == "one-sided-set"


def test_the_table_comes_back_as_it_was_written_and_another_file_is_refused(tmp_path):
    rows = probed(reads(CORNER), images(brighter=CORNER))
    write_shortcuts(tmp_path / "table.csv", rows)
    back = read_shortcuts(tmp_path / "table.csv")
    assert accused(back) == accused(rows)
    assert [row.lost for row in back] == pytest.approx([row.lost for row in rows], abs=5e-5)
    assert len(strongest(back)) == len(INTERVENTIONS)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refused) as refused:
        read_shortcuts(tmp_path / "other.csv")
    assert refused.value.rule == "not-shortcuts"
