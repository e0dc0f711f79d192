"""Whether the map on the image can be believed, asked in Chromium of the shipped phantom model."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.server import ROOT, serving

pytestmark = pytest.mark.browser


def test_the_map_is_tested_on_request_and_its_verdict_stands_beside_it_in_words_with_the_numbers_a_click_away(
    tab, tmp_path
):
    shutil.copytree(ROOT / "models" / "phantom-cnn", tmp_path / "phantom-cnn")
    with serving(tmp_path) as server:
        tab.goto(server.url)
        tab.get_by_role("button", name="Effusion").click()
        tab.get_by_role("button", name="Check this heat map").click()
        verdict = tab.locator(".map-check")
        verdict.wait_for()
        expect(verdict.get_by_role("listitem")).to_have_count(5)
        expect(verdict.get_by_role("heading")).to_have_text(
            "Passed all checks: hiding the highlighted area changes the prediction. The limits were set on maps by other "
            "methods: whether they suit this map is unknown."
        )
        tab.get_by_text("The numbers").click()
        expect(tab.get_by_text("evidence removed by hiding the highlighted area")).to_be_visible()
        expect(tab.get_by_text("Effect on the prediction", exact=True)).to_be_visible()
        tab.goto("about:blank")  # a page whose server is gone complains
