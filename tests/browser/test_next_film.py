"""What a reader meets on the next film, and by the next model."""

import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.model import write_bright_and_dark
from tests.browser.reading import add, at_rest, choose, finding, map_checked, open_image, thumbnails
from tests.browser.server import ROOT, halted_workers, serving
from tests.imaging.images import image_bytes

pytestmark = pytest.mark.browser


def film(tone, edge):
    """A chest film of one grey, with an edge of another."""
    values = np.full((320, 240), tone, np.uint16)
    values[:, :8] = edge
    return image_bytes(values, Modality="DX", BodyPartExamined="CHEST", BitsStored=12)


def test_the_next_film_opens_with_its_own_strongest_finding(page):
    add(page, bright_dcm=film(4095, 0), dark_dcm=film(0, 4095))
    finding(page, "Bright").wait_for()
    open_image(page, "bright.dcm")
    expect(finding(page, "Bright")).to_have_attribute("aria-checked", "true")
    at_rest(page)
    finding(page, "Normal").click()
    expect(page.locator(".legend .subject")).to_have_text("Normal")
    open_image(page, "dark.dcm")
    expect(page.locator(".legend .subject")).to_have_text("Dark")
    expect(finding(page, "Dark")).to_have_attribute("aria-checked", "true")
    at_rest(page)
    open_image(page, "bright.dcm")
    expect(page.locator(".legend .subject")).to_have_text("Normal")
    page.wait_for_function("() => location.search.includes('label=NORMAL')")
    page.reload()
    expect(page.locator(".legend .subject")).to_have_text("Normal")
    at_rest(page)
    open_image(page, "dark.dcm")
    expect(page.locator(".legend .subject")).to_have_text("Dark")


def test_findings_and_similar_cases_go_as_soon_as_another_model_is_asked(tab, tmp_path):
    shutil.copytree(ROOT / "models" / "phantom-cnn", tmp_path / "phantom-cnn")
    write_bright_and_dark(tmp_path)
    with serving(tmp_path) as server:
        tab.goto(server.url)
        choose(tab, "Model", "Phantom")
        tab.get_by_role("button", name="Effusion").click()
        tab.get_by_role("heading", name="Similar labelled cases").wait_for()
        map_checked(tab)  # until then the page asks again and again how far that is,
        thumbnails(tab, 1)  # or is drawn anew to see whether this has come
        at_rest(tab)
        tab.evaluate(LAST_SEEN)
        with halted_workers(server):
            choose(tab, "Model", "Bright And Dark")
            tab.wait_for_function("() => window.ended")
        assert tab.evaluate("() => window.drawn") == {"findings": 0, "similar": 0}, "while the page waits"
        finding(tab, "Bright").wait_for()
        expect(tab.get_by_role("heading", name="Similar labelled cases")).to_have_count(0)
        tab.goto("about:blank")  # a page whose server is gone complains


LAST_SEEN = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const shown = (title) => [...document.querySelectorAll("strong")].some((one) => one.textContent === title);
  const holds = (selector) => ({ shadowRoot }) => shadowRoot?.querySelector(selector);
  let ran = false;
  const look = () => {
    if (window.ended) return;
    if (!shown("Bright And Dark")) ran = false;
    else if (app.dataset.testScriptState === "running") {
      ran = true;
      const titles = [...document.querySelectorAll("h2")].filter((title) => title.textContent.startsWith("Similar"));
      const findings = [...document.querySelectorAll("*")].filter(holds(".findings .row"));
      window.drawn = { findings: findings.length, similar: titles.length };
    } else window.ended = ran;
  };
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document, all);
  look();
}"""
"""Note what is drawn of findings and similar cases at the end of the page's first run by the other model.

It looks at every change, not at every frame: on a busy machine no frame need fall between the last change and the end.
"""
