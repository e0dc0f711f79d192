import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.phantom import LESIONS, chest_phantom
from meddx.imaging.phantom.chest import PREVALENCE

SEEDS = range(12)


@pytest.fixture(scope="module", params=LESIONS)
def label(request):
    return request.param


def pair(seed, lesions, rows=256, columns=208):
    """The image with its lesions and its healthy twin, as signed integers, and the image itself."""
    ill, healthy = (chest_phantom(seed, chosen, rows=rows, columns=columns) for chosen in (lesions, ()))
    return ill.pixels.astype(int), healthy.pixels.astype(int), ill


def test_equal_seeds_give_equal_images_and_others_do_not():
    first, again, other = chest_phantom(5), chest_phantom(5), chest_phantom(6)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    for label in LESIONS:
        np.testing.assert_array_equal(first.masks[label], again.masks[label])
    assert (first.pixels != other.pixels).mean() > 0.9


@pytest.mark.parametrize(("rows", "columns"), [(512, 416), (64, 64), (200, 300), (16, 16)])
def test_any_size_is_twelve_bits_on_a_cassette_that_fits(rows, columns):
    image = chest_phantom(1, rows=rows, columns=columns)
    assert image.pixels.shape == (rows, columns)
    assert image.pixels.dtype == np.uint16
    assert image.pixels.max() <= 4095
    assert rows * image.spacing >= 430 - 1e-6
    assert columns * image.spacing >= 350 - 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_a_lesion_whitens_its_mask_and_changes_nothing_else(seed, label):
    ill, healthy, image = pair(seed, [label])
    mask = image.masks[label]
    assert mask.any()
    assert not any(image.masks[other].any() for other in LESIONS if other != label)
    np.testing.assert_array_equal(ill[~mask], healthy[~mask])
    assert (ill - healthy).min() >= 0
    assert (ill - healthy)[mask].mean() > 20


def test_a_lesion_lies_in_the_same_place_with_and_without_others(label):
    alone, together = chest_phantom(3, [label]), chest_phantom(3, LESIONS)
    np.testing.assert_array_equal(alone.masks[label], together.masks[label])


@pytest.mark.parametrize("seed", SEEDS)
def test_every_mask_lies_in_the_lungs(seed):
    image = chest_phantom(seed, LESIONS, rows=256, columns=208)
    for mask in image.masks.values():
        assert not (mask & ~image.lungs).any()


def test_a_nodule_is_a_round_spot_of_six_to_twenty_millimetres():
    for seed in SEEDS:
        image = chest_phantom(seed, ["nodule"], rows=860, columns=700)
        rows, columns = np.nonzero(image.masks["nodule"])
        tall, wide = ((np.ptp(axis) + 1) * image.spacing for axis in (rows, columns))
        assert 5 < min(tall, wide) <= max(tall, wide) < 22
        # A disc fills pi/4 of its bounding box.
        assert rows.size * image.spacing**2 / (tall * wide) == pytest.approx(np.pi / 4, abs=0.08)


def test_an_effusion_fills_one_costophrenic_angle_and_climbs_the_wall():
    for seed in SEEDS:
        image = chest_phantom(seed, ["effusion"], rows=256, columns=208)
        mask = image.masks["effusion"]
        columns = np.nonzero(mask.any(axis=0))[0]
        lungs = np.nonzero(image.lungs.any(axis=0))[0]
        middle = (lungs[0] + lungs[-1]) / 2
        right = columns.mean() < middle
        assert (columns < middle).all() == right
        top = mask.argmax(axis=0)[columns].astype(float)
        lateral, medial = (top[:4], top[-4:]) if right else (top[-4:], top[:4])
        assert lateral.mean() < medial.mean()  # higher on the image
        assert np.nonzero(mask)[0].mean() > np.nonzero(image.lungs)[0].mean()


def test_contrast_runs_from_subtle_to_plain(label):
    contrasts = []
    for seed in range(24):
        ill, healthy, image = pair(seed, [label])
        contrasts.append((ill - healthy)[image.masks[label]].mean())
    assert max(contrasts) > 3 * min(contrasts)


def test_drawn_lesions_come_as_often_as_stated():
    # 300 draws of PREVALENCE have a standard deviation of 0.028: 0.1 is 3.5 of them.
    found = np.array([[label in image.lesions for label in LESIONS] for image in map(tiny, range(300))])
    np.testing.assert_allclose(found.mean(axis=0), PREVALENCE, atol=0.1)
    assert np.abs(np.corrcoef(found.T) - np.eye(3)).max() < 0.2


def tiny(seed):
    return chest_phantom(seed, rows=96, columns=80)


def test_images_of_one_patient_share_the_anatomy_but_not_the_exposure():
    def lung_area(image):
        return image.lungs.sum() * image.spacing**2

    one, two = (chest_phantom(seed, (), patient=7) for seed in (1, 2))
    stranger = chest_phantom(1, (), patient=8)
    assert lung_area(one) == pytest.approx(lung_area(two), rel=0.002)
    assert lung_area(stranger) != pytest.approx(lung_area(one), rel=0.002)
    assert (one.pixels != two.pixels).mean() > 0.9


def test_it_looks_like_a_chest_image():
    """Lungs dark, middle bright, air around the neck black: what makes MONOCHROME2 the right word."""
    for seed in SEEDS:
        image = chest_phantom(seed, ())
        lungs = image.pixels[image.lungs]
        spine = image.pixels[300:400, 198:218]
        assert np.median(lungs) < 0.7 * np.median(spine)
        assert image.pixels[:10, :10].max() < np.median(lungs)


def test_wrong_sizes_and_lesions_are_refused():
    with pytest.raises(Refused, match="15 x 400") as size:
        chest_phantom(1, rows=15, columns=400)
    assert size.value.rule == "phantom-size"
    with pytest.raises(Refused, match="'fracture'; choose from nodule, consolidation, effusion") as lesion:
        chest_phantom(1, ["nodule", "fracture"])
    assert lesion.value.rule == "phantom-lesion"
