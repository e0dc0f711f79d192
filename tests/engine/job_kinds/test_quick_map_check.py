"""The quick check of a map that a reader is about to see, through the service."""

import numpy as np
import pytest

from meddx.engine import serialization
from meddx.engine.contract import BACKGROUND_BATCH, QUICK_MAP_CHECK, Cancelled
from meddx.engine.job_kinds import quick_map_check
from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.explain.map_check.quick_check import expected_passes
from meddx.types import MapCheck, no_progress
from tests.engine.answers import images
from tests.engine.test_job_runner import until


@pytest.fixture(scope="module")
def service(untrained_models):
    made = Service(untrained_models)
    yield made
    made.close()


def arguments(service, method="grad-cam", **changes):
    """For the label whose map marks the most: LayerCAM's maps, since Grad-CAM marks nothing for this network."""
    (image,) = images(1)
    maps = service.explain(image, "untrained", "layer-cam").maps
    label = max(maps, key=lambda name: maps[name].max())
    return {"data": image, "frame": 0, "model": "untrained", "label": label, "method": method, "maps": maps} | changes


@pytest.mark.parametrize("method", ["grad-cam", "layer-cam", "augmented-grad-cam", "occlusion"])
def test_the_answer_crosses_the_seam_and_says_the_same_again(service, method):
    asked = serialization.deserialize(serialization.serialize(arguments(service, method)))
    id = service.start(QUICK_MAP_CHECK, asked)
    until(lambda: service.job(id).ended)
    status = service.job(id)
    assert status.state == "done", status.message
    check = status.result
    assert isinstance(check, MapCheck)
    assert (check.quick, check.method, check.label) == (True, method, asked["label"])
    assert serialization.deserialize(serialization.serialize(check)) == check
    assert check.passes <= status.done == status.total == expected_passes(method) <= 71
    names = ["faithful", "specific"] if method == "occlusion" else ["faithful", "steady", "specific"]
    assert [measure.name for measure in check.measures] == names
    assert quick_map_check.run(service, asked, no_progress) == check


def test_between_two_passes_of_a_few_images_it_gives_way(service, monkeypatch):
    events = []
    ask = service.pass_in_background

    def noted(model, inputs):
        events.append(len(inputs))
        return ask(model, inputs)

    monkeypatch.setattr(service, "pass_in_background", noted)
    asked = arguments(service)
    before = service.predict(asked["data"], "untrained").logits

    def progress(done, total, message=""):
        assert service.predict(asked["data"], "untrained").logits == before
        events.append("gave way")

    quick_map_check.run(service, asked, progress)
    hiding, of_noisy_maps = events[:-2], events[-2:]
    assert of_noisy_maps == [2, "gave way"]
    assert set(hiding[::2]) == {"gave way"}
    assert max(hiding[1::2]) <= BACKGROUND_BATCH
    assert sum(hiding[1::2]) + 2 == expected_passes("grad-cam")


def test_it_ends_where_it_is_cancelled(service):
    calls = []

    def progress(done, total, message=""):
        calls.append(done)
        if done >= 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        quick_map_check.run(service, arguments(service), progress)
    assert calls[-1] == 10


def test_a_map_that_marks_nothing_is_no_map_to_check(service):
    asked = arguments(service)
    empty = {label: np.minimum(heatmap, 0) for label, heatmap in asked["maps"].items()}
    with pytest.raises(Refused) as refused:
        quick_map_check.run(service, asked | {"maps": empty}, no_progress)
    assert refused.value.rule == "nothing-marked"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"label": "HERNIA"}, "no-label"), ({"method": "guess"}, "no-method"), ({"data": b"?"}, "not-an-image")],
)
def test_what_cannot_be_checked_is_refused(service, changes, rule):
    with pytest.raises(Refused) as refused:
        quick_map_check.run(service, arguments(service) | changes, no_progress)
    assert refused.value.rule == rule
