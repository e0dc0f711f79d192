"""What is kept of the measurements that the browser reports."""

import pytest

from meddx.imaging.measurements import Measurement
from pages.ui.common.session import Session
from pages.ui.common.viewer.kept_measures import MOST, keep_measures, kept_measures
from tests.pages.fake import drawable

LENGTH = {"tool": "length", "lines": [[{"x": 1, "y": 2}, {"x": 3.5, "y": 2}]]}
KEPT = Measurement("length", (((1.0, 2.0), (3.5, 2.0)),))


@pytest.fixture
def images():
    images = Session()
    images.add("a.dcm", b"a").draw(drawable())
    return images


def test_the_browser_gets_back_what_it_reported(images):
    [case] = images.cases
    reported = {f"{case.id} 0": [LENGTH]}
    keep_measures(images, reported)
    assert case.measurements == {0: (KEPT,)}
    assert kept_measures([(case, 0), (case, 1)]) == reported
    keep_measures(images, {f"{case.id} 0": []})
    assert kept_measures([(case, 0)]) == {}


@pytest.mark.parametrize(
    "measures",
    [
        None,
        [{"tool": "volume", "lines": LENGTH["lines"]}],
        [{"tool": "ratio", "lines": LENGTH["lines"]}],
        [{"tool": "length", "lines": [[{"x": 1, "y": 2}, {"x": 1, "y": 2}]]}],
        [{"tool": "length", "lines": [[{"x": 1, "y": 2}, {"x": 1, "y": float("nan")}]]}],
        [{"tool": "length", "lines": [[{"x": 1, "y": 2}, {"x": 1e9, "y": 2}]]}],
        [{"tool": "length", "lines": [[{"x": "one", "y": 2}, {"x": 1, "y": 2}]]}],
        [{"tool": "length", "lines": [[{"x": 1, "y": 2}]]}],
        [{"lines": LENGTH["lines"]}],
        ["length"],
        [LENGTH] * (MOST + 1),
    ],
)
def test_what_breaks_its_form_is_not_kept(images, measures):
    [case] = images.cases
    keep_measures(images, {f"{case.id} 0": [LENGTH]})
    keep_measures(images, {f"{case.id} 0": measures})
    assert case.measurements == {0: (KEPT,)}


def test_images_that_are_gone_and_frames_that_were_not_drawn_are_left_out(images):
    [case] = images.cases
    keep_measures(images, {"other 0": [LENGTH], f"{case.id} 1": [LENGTH], f"{case.id} x": [LENGTH], "": [LENGTH]})
    keep_measures(images, None)
    assert case.measurements == {}


def test_measurements_end_with_the_session(images):
    [case] = images.cases
    keep_measures(images, {f"{case.id} 0": [LENGTH]})
    images.drop_all()
    assert case.measurements == {}
