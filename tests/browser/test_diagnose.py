"""The clinician's page, driven in Chromium against the server that the README starts."""

import json
import os
import re
import signal

import numpy as np
import pytest
from playwright.sync_api import expect

from meddx import cli
from meddx.formatting import probability
from meddx.imaging.overlay import CUTOFF, VIRIDIS
from tests.browser.reading import (
    COLUMNS,
    ROWS,
    add,
    at_rest,
    counts,
    dicom,
    drawn,
    finding,
    gradient,
    open_image,
    pixels,
    png,
    read_until,
    settings,
    show_map,
    shown_image,
    thumbnails,
)
from tests.engine.answers import Direct
from tests.imaging.images import image_bytes

pytestmark = pytest.mark.browser


def read(page, **files):
    """Add the files and wait until the first is drawn with its findings and its map, even if that fails its check."""
    add(page, **files)
    finding(page, "Bright").wait_for()
    drawn(page)
    show_map(page, "Bright")


def test_a_dicom_and_a_png_are_drawn_with_their_findings(page):
    read(page, image_dcm=dicom(), image_png=png())
    for name in ("image.dcm", "image.png"):
        open_image(page, name)
        expect(finding(page, "Bright")).to_contain_text("Above cut-off (50")
        expect(page.locator(".worklist li.current")).to_contain_text("Bright")
        drawn(page, name.split(".")[1])
        image = shown_image(page)
        row = image[image.shape[0] // 2, :, 0].astype(int)
        assert row[0] <= 2
        assert row[-1] >= 253
        assert (np.diff(row) >= 0).all(), "the gradient rises from left to right"
        assert abs(image.shape[0] / image.shape[1] - 4 / 3) < 0.01
    expect(page.locator(".worklist .count")).to_have_text("2 images")
    expect(page.locator(".worklist .progress")).to_have_text("")
    expect(page.get_by_role("note")).to_have_text("For research use only. Not a medical device.")


def test_browser_command_line_and_keras_say_the_same(page, models, tmp_path, monkeypatch, capsys):
    read(page, image_dcm=dicom())
    shown = page.locator(".findings .row").evaluate_all("r => r.map((e) => [e.dataset.label, +e.dataset.probability])")

    file = tmp_path / "image.dcm"
    file.write_bytes(dicom())
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    assert cli.main(["predict", str(file), "--model", "bright-and-dark", "--json"]) == 0
    (printed,) = json.loads(capsys.readouterr().out)

    computed = Direct(models / "bright-and-dark")(dicom())
    assert 0.1 < computed["BRIGHT"] < 0.9, "nothing is shown by probabilities of 0 and 1"
    assert dict(shown) == pytest.approx(computed, abs=1e-5)
    assert printed["probabilities"] == pytest.approx(computed, abs=1e-5)


def test_the_browser_writes_percentages_as_python_does(page):
    read(page, image_dcm=dicom())
    shown = page.locator(".findings .row").evaluate_all(
        "rows => rows.map((row) => [+row.dataset.probability, row.querySelector('.number').textContent, row.ariaLabel])"
    )
    assert shown
    for value, number, words in shown:
        assert number == probability(value)
        assert f": {probability(value)}. " in words


def test_monochrome1_is_drawn_inverted(page):
    read(page, image_dcm=dicom(PhotometricInterpretation="MONOCHROME1"))
    row = shown_image(page)[100, :, 0].astype(int)
    assert row[0] >= 253
    assert row[-1] <= 2


def test_evidence_has_the_colours_of_the_fixed_scale(page):
    read(page, image_dcm=dicom())
    image, overlay = pixels(page, "image"), pixels(page, "overlay")
    columns = np.flatnonzero((image[..., 3] > 0).any(0))
    middle = overlay[overlay.shape[0] // 2]
    # The model's evidence for "Bright" is its brightness times the scale, so the share of the scale is x.
    for share in (0.3, 0.6, 0.9):
        colour = middle[columns[0] + round(share * (columns[-1] - columns[0]))]
        np.testing.assert_allclose(colour[:3], VIRIDIS[round(255 * share)], atol=6)
    below = middle[columns[0] + round((CUTOFF - 0.03) * (columns[-1] - columns[0]))]
    assert below[3] == 0


def test_the_words_of_the_heat_map_follow_the_turned_image(page):
    read(page, image_dcm=dicom())  # brightest, and so strongest for "Bright", on the right
    words = page.locator(".described")
    expect(words).to_have_text(re.compile("strongest in the (upper |lower )?right of the image as shown"))
    page.locator(".stage").focus()
    page.keyboard.press("h")
    expect(words).to_have_text(re.compile("strongest in the (upper |lower )?left of the image as shown"))
    page.keyboard.press("t")
    expect(words).to_have_text(re.compile("strongest in the upper (left |middle |right )?of the image as shown"))


def test_another_label_redraws_only_the_overlay(page):
    read(page, image_dcm=dicom())
    before, bright = counts(page), pixels(page, "overlay")
    finding(page, "Dark").click()
    show_map(page, "Dark")
    dark, after = pixels(page, "overlay"), counts(page)  # in this order: only the first waits for the drawing
    assert (after["fetches"], after["image"]) == (before["fetches"], before["image"]) == (1, before["image"])
    assert after["overlay"] > before["overlay"]
    half = bright.shape[1] // 2
    assert bright[:, half:, 3].sum() > bright[:, :half, 3].sum()
    assert dark[:, half:, 3].sum() < dark[:, :half, 3].sum()


def test_a_label_without_evidence_says_so_and_draws_none(page):
    read(page, image_dcm=dicom())
    finding(page, "Normal").click()
    expect(page.locator(".message")).to_have_text("No evidence for Normal on this image.")
    assert not pixels(page, "overlay").any()


def test_another_method_redraws_only_the_overlay_and_stays_for_other_labels(page):
    read(page, image_dcm=dicom())
    fitted = settings(page)
    page.locator(".stage").hover()
    page.mouse.wheel(0, -100)
    zoomed = read_until(page, lambda: settings(page), lambda now: now != fitted)
    before, grad_cam = counts(page), pixels(page, "overlay")
    page.get_by_role("combobox", name="Heat map method").click()
    page.get_by_role("option", name="Gradients", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("Gradients, relative")
    expect(page.get_by_text("do not compare them between images")).to_be_visible()
    gradients, after = pixels(page, "overlay"), counts(page)
    assert (after["fetches"], after["image"]) == (before["fetches"], before["image"])
    assert settings(page) == zoomed
    assert not np.array_equal(gradients, grad_cam)
    finding(page, "Dark").click()
    expect(page.locator(".legend .subject")).to_have_text("Dark")
    expect(page.locator(".legend .measured")).to_have_text("Gradients, relative")
    finding(page, "Normal").click()
    expect(page.locator(".message")).to_have_text("No evidence for Normal on this image.")
    assert not pixels(page, "overlay").any()


def test_labels_are_a_radio_group_for_the_keyboard(page):
    read(page, image_dcm=dicom())
    finding(page, "Bright").focus()
    page.keyboard.press("ArrowDown")
    expect(finding(page, "Dark")).to_have_attribute("aria-checked", "true")
    expect(finding(page, "Dark")).to_be_focused()
    expect(page.locator(".legend")).to_contain_text("Dark")


def test_another_model_keeps_the_image(page):
    read(page, image_dcm=dicom())
    before = counts(page)
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Strict").click()
    expect(finding(page, "Bright")).to_contain_text("Below cut-off (99")
    expect(page.locator(".legend")).to_be_visible()
    at_rest(page)
    after = counts(page)
    assert (after["fetches"], after["image"]) == (before["fetches"], before["image"])


def said_within(page, frames, milliseconds):
    """What is sent and received: a page that still asks for something does so every 0.7 s."""
    frames.clear()
    page.wait_for_timeout(milliseconds)
    return [*frames]


def test_window_zoom_and_sliders_send_nothing(tab, server):
    frames = []
    tab.on("websocket", lambda socket: socket.on("framesent", lambda _: frames.append("sent")))
    tab.on("websocket", lambda socket: socket.on("framereceived", lambda _: frames.append("received")))
    tab.goto(server.url)
    read(tab, image_dcm=dicom())
    thumbnails(tab, 1)
    at_rest(tab)
    assert frames, "the listener hears the websocket"
    read_until(tab, lambda: said_within(tab, frames, milliseconds=3000), lambda said: not said)
    requests = []
    tab.on("request", lambda request: requests.append(request.url))
    before, image, words = counts(tab), shown_image(tab), tab.locator(".shown").inner_text()

    box = tab.locator(".stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 150, y + 90, steps=30)
    tab.mouse.up()
    tab.mouse.wheel(0, -400)
    for key in ("i", "ArrowLeft", "Shift+ArrowUp", "+", "o", "o"):
        tab.keyboard.press(key)
    tab.locator(".opacity").fill("80")
    tab.locator(".cutoff").fill("0.5")

    assert not np.array_equal(shown_image(tab), image)
    assert tab.locator(".shown").inner_text() != words
    assert counts(tab)["image"] > before["image"]
    assert frames == []
    icon = tab.locator("link[rel~=icon]").first.evaluate("link => link.href")  # read anew where an address changes
    assert [url for url in requests if url != icon] == []


def test_moving_the_window_changes_what_is_white(page):
    read(page, image_dcm=dicom())
    page.locator(".stage").focus()
    for _ in range(60):
        page.keyboard.press("ArrowUp")  # lowers the level: everything gets brighter
    expect(page.locator(".preset")).to_have_value("")
    assert shown_image(page)[..., 0].mean() > 200
    page.keyboard.press("r")
    expect(page.locator(".preset")).to_have_value("Default window")
    assert abs(shown_image(page)[..., 0].mean() - 127.5) < 3


def test_the_full_range_holds_the_darkest_and_the_brightest_pixel_wherever_they_lie(page):
    stored = np.full((ROWS, COLUMNS), 2000, np.uint16)
    stored[101, 203], stored[200, 37] = 3, 4001  # one pixel each
    read(page, image_dcm=image_bytes(stored, Modality="DX", BodyPartExamined="CHEST", BitsStored=12))
    page.locator(".preset").select_option("Full range")
    expect(page.locator(".shown")).to_have_text(re.compile(r"\b3998\b.*\b2002\b"))


def test_the_pointer_reads_modality_values(page):
    read(page, image_dcm=dicom(RescaleSlope="2", RescaleIntercept="-1000"))
    box = page.locator(".stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".under")).to_contain_text("evidence")
    words = page.locator(".under").inner_text()
    x = int(words.split()[1])
    assert abs(x - 120) <= 1
    assert f"value {gradient()[0, x] * 2 - 1000}" in words


def test_another_frame_comes_with_the_window_kept(page):
    frames = np.stack([gradient(), gradient()[:, ::-1]])
    data = image_bytes(
        frames[0], Modality="DX", BodyPartExamined="CHEST", BitsStored=12, NumberOfFrames=2, PixelData=frames.tobytes()
    )
    read(page, image_dcm=data)
    page.locator(".invert").click()
    inverted = read_until(page, lambda: shown_image(page), lambda image: image.size and image[100, 0, 0] > 250)
    first = inverted[100, :, 0].astype(int)
    page.locator(".frame").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".frame-number")).to_have_text("2 of 2")

    def is_mirrored(second):  # until then the first frame may be drawn once more
        return second.shape == first.shape and np.abs(second - first).max() <= 2

    read_until(page, lambda: shown_image(page)[100:101, ::-1, 0].ravel().astype(int), is_mirrored)


def test_a_file_that_is_no_image_is_refused_and_the_rest_is_read(page):
    add(page, letter_txt=b"Dear colleague, thank you for referring this patient.", image_dcm=dicom())
    expect(page.locator(".panel.refused")).to_contain_text("The file is no DICOM, PNG or JPEG image")
    expect(page.locator(".worklist li", has_text="image.dcm")).to_contain_text("Bright")
    open_image(page, "image.dcm")
    expect(finding(page, "Bright")).to_be_visible()


def test_an_image_that_the_model_does_not_take_is_drawn_without_an_answer(page):
    add(page, slice_dcm=dicom(Modality="CT"))
    expect(page.locator(".panel.refused")).to_contain_text("This model does not accept this image")
    drawn(page)
    assert shown_image(page)[..., 0].max() >= 253
    expect(page.locator(".findings")).to_have_count(0)
    expect(page.locator(".legend")).to_be_hidden()


def test_an_image_is_removed(page):
    read(page, one_dcm=dicom(), two_png=png())
    thumbnails(page, 2)  # what is removed while it is being fetched is a 404 in the log
    page.get_by_label("Remove one.dcm").click()
    expect(page.locator(".worklist")).to_contain_text("1 image")
    expect(page.locator(".worklist li.current")).to_contain_text("two.png")
    drawn(page, "png")
    page.get_by_label("Remove two.png").click()
    expect(page.get_by_text("Drop an image in")).to_be_visible()


def test_the_chosen_model_is_that_of_every_page(page):
    model = page.get_by_role("combobox", name="Model")
    expect(page.get_by_text("Bright And Dark will read it")).to_be_visible()
    model.click()
    page.get_by_role("option", name="Strict").click()
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", level=1, name="Strict").wait_for()  # one model on all pages
    page.get_by_role("link", name="Diagnose").click()
    expect(page.get_by_text("Strict will read it")).to_be_visible()


def test_the_card_is_one_click_away(page):
    page.get_by_role("button", name="About this model").click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Known failures")
    card.get_by_role("tab", name="Technical").click()
    expect(card).to_contain_text("Weights SHA-256")


def test_a_sample_is_called_synthetic(page):
    page.get_by_role("button", name="Consolidation").click()
    finding(page, "Bright").wait_for()
    expect(page.get_by_text("Synthetic image", exact=True)).to_be_visible()
    expect(page.locator(".findings")).to_contain_text("says nothing about a patient")


def test_a_killed_worker_is_replaced_and_the_next_image_answered(page, server):
    read(page, one_dcm=dicom())
    [worker] = server.workers
    os.kill(worker, signal.SIGKILL)
    add(page, two_png=png())
    expect(page.locator(".worklist li.current")).to_contain_text("two.png")
    expect(finding(page, "Bright")).to_be_visible()
    expect(page.locator(".worklist li.current")).to_contain_text("Bright")
    assert server.workers != [worker]
