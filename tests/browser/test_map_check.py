"""Whether the map on the image can be believed, asked in Chromium of the shipped phantom model."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.reading import choose, pixels, read_until
from tests.browser.server import ROOT, serving

pytestmark = pytest.mark.browser


def test_the_map_is_checked_by_itself_before_it_is_shown_and_on_request_in_full_with_the_numbers_a_click_away(
    tab, tmp_path
):
    shutil.copytree(ROOT / "models" / "phantom-cnn", tmp_path / "phantom-cnn")
    with serving(tmp_path) as server:
        tab.goto(server.url)
        tab.get_by_role("button", name="Effusion").click()
        said = tab.locator(".legend .checked")
        expect(said).to_have_text(
            "Quick check passed: hiding highlighted areas lowers the prediction more than hiding others"
        )
        read_until(tab, lambda: pixels(tab, "overlay").any(), bool)

        tab.get_by_role("button", name="Check this heat map").click()
        verdict = tab.locator(".map-check")
        verdict.wait_for()
        expect(verdict.get_by_role("listitem")).to_have_count(5)
        expect(verdict.get_by_role("heading")).to_have_text(
            "Passed all checks: hiding highlighted areas lowers the prediction more than hiding others"
        )
        expect(said).to_have_text(
            "Check passed: hiding highlighted areas lowers the prediction more than hiding others"
        )
        tab.get_by_text("The numbers").click()
        expect(tab.get_by_text("largest change of the log odds on hiding one area")).to_be_visible()
        expect(tab.get_by_text("Effect on the prediction", exact=True)).to_be_visible()

        choose(tab, "Heat map method", "Eigen-CAM")  # the same for every label
        expect(said).to_have_text("Quick check failed: specificity to the label. Limits of other maps")
        expect(tab.locator(".message")).to_have_text("No reliable heat map for this finding.")
        assert not pixels(tab, "overlay").any()
        tab.get_by_role("button", name="Show it anyway").click()
        expect(tab.locator(".message")).to_be_hidden()
        read_until(tab, lambda: pixels(tab, "overlay").any(), bool)
        tab.goto("about:blank")  # a page whose server is gone complains
