"""A phone and a tablet, in Chromium: nothing lies over the film or beside the screen, and a finger moves the film."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, all_drawn, dicom, pixels, read_until, settings
from tests.patience import SECONDS

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
TABLET = {"viewport": {"width": 820, "height": 1180}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def touched(chromium, server, request):
    """Diagnose on the device that the test names, with a film and its findings."""
    context = chromium.new_context(**request.param)
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(server.url)
    page.get_by_text("Drop an image in").wait_for()
    assert_fits(page)
    add(page, image_dcm=dicom())
    all_drawn(page)
    yield page
    context.close()


def assert_fits(page):
    """Nothing is wider than the screen, once it has found its place."""
    wide = (
        "() => [document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map((part) => part.scrollWidth - part.clientWidth)"
    )
    read_until(page, lambda: page.evaluate(wide), lambda beyond: max(beyond) <= 1)


def touch(page, *paths, steps=8):
    """Put a finger at the start of each path of two points, move it to the end and lift it."""
    session = page.context.new_cdp_session(page)
    for step in range(steps + 1):
        share = step / steps
        points = [
            {"id": number, "x": a[0] + share * (b[0] - a[0]), "y": a[1] + share * (b[1] - a[1])}
            for number, (a, b) in enumerate(paths)
        ]
        kind = "touchMove" if step else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("touched", [PHONE], indirect=True, ids=["phone"])
def test_on_a_phone_the_findings_stand_below_the_film_and_nothing_beside_the_screen(touched):
    assert_fits(touched)
    for down in (0, 400, 2000):
        touched.get_by_test_id("stMain").evaluate("(main, down) => main.scrollTo(0, down)", down)
        film, findings = (touched.locator(part).bounding_box() for part in (".viewer", ".findings"))
        assert film["y"] + film["height"] <= findings["y"]
    assert film["y"] + film["height"] < 200, "the film scrolls away"
    touched.get_by_test_id("stExpandSidebarButton").tap()
    expect(touched.locator(".worklist li.current")).to_be_in_viewport()


@pytest.mark.parametrize("touched", [TABLET], indirect=True, ids=["tablet"])
def test_on_a_tablet_a_finger_moves_the_film_two_zoom_and_the_window_follows_when_asked(touched):
    assert_fits(touched)
    touched.locator(".stage").scroll_into_view_if_needed()
    box = touched.locator(".stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before, [fitted] = pixels(touched, "image")[..., 3] > 0, settings(touched)
    touch(touched, ((x, y), (x + 60, y + 40)))
    after = pixels(touched, "image")[..., 3] > 0
    assert after.any(0).argmax() - before.any(0).argmax() == pytest.approx(60, abs=2)
    assert settings(touched) == [fitted], "neither window nor zoom"
    touch(touched, ((x - 20, y), (x - 60, y)), ((x + 20, y), (x + 60, y)))
    [zoomed] = settings(touched)
    zoom = [int(re.search(r"zoom (\d+)", text)[1]) for text in (fitted, zoomed)]
    assert 2.5 < zoom[1] / zoom[0] < 3.5
    touched.get_by_role("button", name="Window by touch").tap()
    touch(touched, ((x, y), (x + 80, y)))
    narrow, wide = (float(re.search(r"W (\S+)", text)[1]) for text in (zoomed, *settings(touched)))
    assert wide > narrow
