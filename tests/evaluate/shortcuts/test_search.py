"""The search of the frame: hand-written networks that read a known place, and learned ones with marks of chance."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from meddx.errors import Refused
from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from meddx.evaluate.shortcuts.regions import Region, coarse_regions, finer_regions
from meddx.evaluate.shortcuts.search import search
from meddx.evaluate.shortcuts.search_record import SearchRecord, read_search, record_of, write_search
from meddx.evaluate.shortcuts.summary_sentence import shortcut_sentence
from meddx.evaluate.shortcuts.transplants import draw_donors, transplanted
from studies.shortcuts.foreign_marks import draw

SIDE, N = 32, 240
ILL = np.arange(N) % 2 == 1
TARGETS = np.stack([~ILL, ILL], axis=1)
PATIENTS = [str(number // 2 * 2 + number % 2) for number in range(N)]
DIGEST = "0" * 64


def images(seed=0, n=N):
    """Smooth grey images; every other one is ill: a bright spot, wherever it falls."""
    chance = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    shown = np.empty((n, SIDE, SIDE), np.float32)
    for number in range(n):
        spots = chance.uniform(4, SIDE - 4, (5, 2))
        heights = chance.uniform(0.02, 0.08, 5)
        heights[0] += 0.25 * (number % 2)
        shown[number] = 0.3 + sum(
            high * np.exp(-((y - at[0]) ** 2 + (x - at[1]) ** 2) / 18) for high, at in zip(heights, spots, strict=True)
        )
        shown[number] += chance.normal(0, 0.02, (SIDE, SIDE))
    return shown


def found(weights, shown, **changes):
    """Search a network that adds up the pixels with these weights."""

    def scores(inputs):
        level = np.tensordot(inputs[..., 0].astype(float), weights, 2)
        return np.stack([-level, level], axis=1)

    return search(
        scores, shown[..., np.newaxis], TARGETS[: len(shown)], PATIENTS[: len(shown)], ("well", "ill"), **changes
    )


def marked(shown, place, often=0.9, seldom=0.05, seed=3):
    """The images with a bright place on most of the ill and few of the well."""
    chance = np.random.default_rng(seed)
    here = chance.random(len(shown)) < np.where(np.arange(len(shown)) % 2 == 1, often, seldom)
    changed = shown.copy()
    for number in np.flatnonzero(here):
        changed[number][place] = 0.95
    return changed


LINE = np.s_[:, SIDE - 3]
SPECK = np.s_[15:17, 28:30]


@pytest.mark.parametrize(("place", "inside"), [(LINE, (0.5, 0.92)), (SPECK, (0.5, 0.9))], ids=["line", "speck"])
def test_a_line_near_the_right_edge_and_a_speck_at_the_right_are_found_and_placed(place, inside):
    weights = np.full((SIDE, SIDE), 0.01)
    weights[place] = 30 / np.ones((SIDE, SIDE))[place].size
    result = found(weights, marked(images(), place))
    row = result.rows[0]
    assert row.accused
    assert row.region.top <= inside[0] <= row.region.bottom
    assert row.region.left <= inside[1] <= row.region.right
    assert row.share > 0.5
    assert row.region.area < 0.15


def test_evidence_that_lies_wherever_the_disease_lies_is_not_accused():
    result = found(np.ones((SIDE, SIDE)), images())
    assert not any(row.accused for row in result.rows)
    assert 0 < result.detectable < 1
    assert result.auroc > 0.9
    assert result.auroc_without < result.auroc


def test_a_mark_that_goes_with_no_label_is_not_accused_though_the_score_reads_it():
    weights = np.ones((SIDE, SIDE))
    weights[SPECK] = 8
    assert not any(row.accused for row in found(weights, marked(images(), SPECK, 0.5, 0.5)).rows)


def test_a_network_that_never_moves_is_not_accused_and_nothing_is_promised_of_it():
    result = found(np.zeros((SIDE, SIDE)), images())
    assert not any(row.accused for row in result.rows)
    assert {row.share for row in result.rows} == {0.0}


def test_fewer_images_promise_less():
    weights = np.ones((SIDE, SIDE))
    assert found(weights, images()[:60]).detectable > found(weights, images()).detectable


def test_images_that_lack_a_label_are_refused():
    with pytest.raises(Refused) as refused:
        search(lambda inputs: np.zeros((len(inputs), 2)), images()[..., None], TARGETS | True, PATIENTS, ("a", "b"))
    assert refused.value.rule == "too-few-images"


def learned(kind, seed):
    """A linear network fitted to images with a foreign mark (None: without), and other such images."""
    chance = np.random.default_rng(seed)
    mark = draw(kind, SIDE, chance) if kind else None
    sets = []
    for images_seed in (2 * seed + 1, 2 * seed + 2):
        shown = images(images_seed)
        here = chance.random(N) < np.where(ILL, 0.9, 0.05)
        sets.append(np.stack([mark.on(one) if mark and on else one for one, on in zip(shown, here, strict=True)]))
    fitted = LogisticRegression(C=0.1, max_iter=500).fit(sets[0].reshape(N, -1), ILL)
    return fitted.coef_.reshape(SIDE, SIDE), sets[1]


@pytest.mark.parametrize("kind", ["line", "disc", "glyph", "noise patch"])
def test_a_foreign_mark_that_was_learned_is_found(kind):
    assert any(row.accused for row in found(*learned(kind, 5)).rows)


@pytest.mark.parametrize("seed", [11, 12])
def test_what_was_learned_without_a_mark_is_not_accused(seed):
    assert not any(row.accused for row in found(*learned(None, seed)).rows)


def test_the_shares_of_a_cover_of_the_frame_add_up_to_the_whole():
    chance = np.random.default_rng(1)
    shown = images()[..., np.newaxis]
    donors = draw_donors(TARGETS, np.arange(N), 2, chance)
    weights = chance.random((SIDE, SIDE))

    def scores(inputs):
        return np.tensordot(inputs[..., 0].astype(float), weights, 2)[:, np.newaxis]

    cover = [
        Region(top, left, top + 1 / 4, left + 1 / 4) for top in np.arange(0, 1, 0.25) for left in np.arange(0, 1, 0.25)
    ]
    moved = [
        transplanted(scores, shown, donors.of, donors.alike, region)
        - transplanted(scores, shown, donors.of, donors.unlike, region)
        for region in cover
    ]
    whole = scores(shown[donors.alike]) - scores(shown[donors.unlike])
    assert np.allclose(np.sum(moved, axis=0), whole)


def test_donors_are_other_images_of_the_right_labels_and_taken_evenly():
    donors = draw_donors(TARGETS, np.arange(N), 3, np.random.default_rng(0))
    assert (ILL[donors.of] == ILL[donors.alike]).all()
    assert (ILL[donors.of] != ILL[donors.unlike]).all()
    assert not (donors.of == donors.alike).any()
    assert np.bincount(donors.alike).max() <= 4


def test_the_coarse_regions_reach_every_pixel_and_finer_ones_stay_inside():
    for height, width in ((28, 28), (224, 160)):
        assert np.any([region.mask(height, width) for region in coarse_regions()[:49]], axis=0).all()
    for region in coarse_regions():
        whole = region.mask(64, 64)
        assert whole.mean() == pytest.approx(region.area, abs=0.02)
        for part in finer_regions(region):
            assert not (part.mask(64, 64) & ~whole).any()
            assert part.area < region.area


@pytest.mark.parametrize(
    ("region", "name"),
    [
        (Region(0.75, 0, 1, 0.25), "the lower left corner"),
        (Region(0, 15 / 16, 1, 1), "a band down the right part"),
        (Region(0.45, 0.9, 0.55, 1), "the middle of the right side"),
        (Region(0, 0, 1, 1, 1 / 16), "the border"),
        (Region(0.4, 0.4, 0.6, 0.6), "the centre"),
        (Region(0.1, 0.4, 0.2, 0.6), "the upper middle part"),
    ],
)
def test_a_region_is_named_by_its_place(region, name):
    assert region.name == name


def test_the_record_comes_back_and_that_of_other_weights_is_refused(tmp_path):
    assert read_search(tmp_path, DIGEST) is None
    record = record_of(found(np.ones((SIDE, SIDE)), images()), DIGEST, "test images")
    write_search(tmp_path, record)
    back = read_search(tmp_path, DIGEST)
    assert (back.n, back.looked_at, back.images) == (record.n, record.looked_at, "test images")
    assert back.detectable == pytest.approx(record.detectable, abs=5e-5)
    assert [row.region for row in back.rows] == [row.region for row in record.rows]
    with pytest.raises(Refused) as refused:
        read_search(tmp_path, "1" * 64)
    assert refused.value.rule == "other-weights"
    (tmp_path / "shortcut-search.toml").write_text("n = 'many'\n")
    with pytest.raises(Refused) as refused:
        read_search(tmp_path, DIGEST)
    assert refused.value.rule == "not-a-search"


def accused_of(*places, weight=1.3):
    heaviest = {"label": "ill", "ring": 0.0, "share": 0.25, "shift": 9.0, "steadiness": 1.9, "weight": 2.0}
    rows = [
        heaviest | {"top": top, "left": left, "bottom": top + 0.25, "right": left + 0.25, "weight_low": weight}
        for top, left in places
    ]
    return SearchRecord(
        weights_sha256=DIGEST, images="test images", n=200, looked_at=133, detectable=0.25, detectable_shift=8.9,
        auroc=1.0, auroc_without=0.98, rows=rows,
    )  # fmt: skip


def test_an_accusation_by_the_search_says_what_else_looks_like_a_mark():
    drawn = ShortcutRow("insert", "tube", "ill", 1.5, 1.2, 1.8, 0.2, 0.1, 0.3, 200)
    by_search = shortcut_sentence([], accused_of((0.375, 0.375)))
    assert "such as a cell in the centre, looks like a mark" in by_search
    assert "not that it is wrong" in by_search
    # What was drawn by the probe itself lies nowhere in the images: there the words would excuse a fault.
    assert "not that it is wrong" not in shortcut_sentence([drawn], accused_of((0.375, 0.375), weight=0.3))


def test_a_place_is_named_once_where_two_regions_of_it_are_accused():
    said = shortcut_sentence([], accused_of((0.375, 0.25), (0.375, 0.5)))
    assert said.count("the score depends on the centre (") == 1
    assert "the centre" not in said.partition("the centre (")[2].partition("such as")[0]
    assert "6.2\N{NO-BREAK SPACE}% of the frame and 25\N{NO-BREAK SPACE}% in another 6.2\N{NO-BREAK SPACE}%)" in said
    other = shortcut_sentence([], accused_of((0.375, 0.25), (0.0, 0.0)))
    assert ", the upper left corner" in other or " and the upper left corner" in other
