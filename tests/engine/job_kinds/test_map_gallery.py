"""One image under the maps of several methods, through the service."""

import io

import numpy as np
import PIL.Image
import pytest

from meddx.engine import serialization
from meddx.engine.contract import MAP_GALLERY, Cancelled
from meddx.engine.job_kinds import map_gallery, quick_map_check
from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.explain.map_check.check_words import check_reason, check_word
from meddx.types import MapGallery, no_progress
from tests.engine.answers import images
from tests.engine.test_job_runner import until

METHODS = ("layer-cam", "grad-cam", "eigen-cam")


@pytest.fixture(scope="module")
def service(untrained_models):
    made = Service(untrained_models)
    yield made
    made.close()


def arguments(**changes):
    (image,) = images(1)
    return {
        "data": image, "frame": 0, "model": "untrained", "label": "", "methods": METHODS, "boxes": (), "masks": (),
    } | changes  # fmt: skip


def pixels(jpeg):
    return np.asarray(PIL.Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def test_each_method_has_its_picture_and_what_its_quick_check_says(service):
    job = service.start(MAP_GALLERY, serialization.deserialize(serialization.serialize(arguments())))
    until(lambda: service.job(job).ended)
    status = service.job(job)
    gallery = status.result
    assert isinstance(gallery, MapGallery), status.message
    assert status.done == status.total == len(METHODS)
    assert serialization.deserialize(serialization.serialize(gallery)) == gallery
    assert tuple(one.method for one in gallery.pictures) == METHODS
    prediction = service.predict(arguments()["data"], "untrained")
    assert gallery.probability == prediction.probabilities[gallery.label] == max(prediction.probabilities.values())
    for one in gallery.pictures:
        maps = service.explain(arguments()["data"], "untrained", one.method).maps
        asked = arguments(label=gallery.label, method=one.method, maps=maps)
        try:
            check = quick_map_check.run(service, asked, no_progress)
        except Refused:
            assert (one.word, one.reason) == ("nothing marked", "")
            assert not maps[gallery.label].any()
        else:
            assert (one.word, one.reason) == (check_word(check), check_reason(check))
    assert {one.word for one in gallery.pictures} != {"nothing marked"}
    stretched = gallery.pictures[-1]  # its maps have no scale
    assert (pixels(stretched.jpeg) != pixels(gallery.jpeg)).any()


def test_what_is_marked_is_outlined_in_every_picture(service):
    box = (0.25, 0.25, 0.75, 0.75)
    mask = io.BytesIO()
    inside = np.zeros((90, 70), np.uint8)
    inside[23:68, 18:53] = 255
    PIL.Image.fromarray(inside).save(mask, "PNG")
    plain = map_gallery.run(service, arguments(), no_progress)
    for marked in ({"boxes": (box,)}, {"masks": (mask.getvalue(),)}):
        gallery = map_gallery.run(service, arguments(**marked), no_progress)
        pairs = [(gallery.jpeg, plain.jpeg)]
        pairs += [(one.jpeg, other.jpeg) for one, other in zip(gallery.pictures, plain.pictures, strict=True)]
        for drawn, without in pairs:
            rows, columns = pixels(drawn).shape[:2]
            brighter = pixels(drawn).mean(axis=2) - pixels(without).mean(axis=2)
            edge = slice(round(0.24 * rows), round(0.28 * rows))  # marks are on a grid of 128 cells
            assert brighter[edge, round(0.4 * columns) : round(0.6 * columns)].max(axis=0).mean() > 40
            middle = [slice(round(0.45 * side), round(0.55 * side)) for side in (rows, columns)]
            assert abs(brighter[tuple(middle)].mean()) < 5


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"methods": ("grad-cam", "guess")}, "no-method"),
        ({"label": "FRACTURE"}, "no-label"),
        ({"data": b"a letter"}, "not-an-image"),
        ({"masks": (b"a letter",)}, "not-an-image"),
    ],
)
def test_what_cannot_be_drawn_is_refused(service, changes, rule):
    with pytest.raises(Refused) as refused:
        map_gallery.run(service, arguments(**changes), no_progress)
    assert refused.value.rule == rule


def test_it_ends_when_it_is_cancelled(service):
    asked = []

    def progress(done, total, message=""):
        asked.append((done, total))
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        map_gallery.run(service, arguments(), progress)
    assert set(asked) == {(0, 3), (1, 3)}
