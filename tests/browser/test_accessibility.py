"""axe-core on every page and its main states, in Chromium, on the light and on the dark page: no violation."""

import time

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from meddx.accounts.accounts import Accounts
from tests.accounts.test_accounts import PASSWORD
from tests.browser.labelled import write_two_models
from tests.browser.reading import add, all_drawn, at_rest, choose, dicom, finding
from tests.browser.server import serving
from tests.patience import SECONDS

pytestmark = pytest.mark.browser

STREAMLITS_OWN = {"presentation-role-conflict": "[data-testid=stFileUploaderDropzone]"}
"""Rule -> the one node it is not applied to. Streamlit draws its drop zone with role="presentation" and yet names it
and gives it a tab index; the button inside does the work and is checked."""

FADING_SECONDS = 30
"""What Streamlit is about to redraw fades, and is of other colours until it is drawn. Waited for where something is
found, so that it is long enough for a busy machine and yet a true violation does not hold up the others."""

RUN = """async ([own, rules]) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  const broken = violations.flatMap(({ id, nodes }) => nodes.map((node) => ({ id, ...node })));
  const inside = (root, selector) => (root.shadowRoot ?? root).querySelector(selector);
  const element = ({ target }) => target.flat().reduce(inside, document);
  return broken.filter((node) => !(own[node.id] && element(node).matches(own[node.id])))
    .map(({ id, target, html, failureSummary }) => `${id}: ${target} ${html.slice(0, 160)} ${failureSummary}`);
}"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A server with accounts and two models of recorded predictions."""
    folder = tmp_path_factory.mktemp("accessible")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MEDDX_ACCOUNTS", str(folder / "accounts.sqlite"))
        Accounts().add("root", "admin", PASSWORD)
        with serving(write_two_models(folder)) as server:
            yield server


def violations(page, rules=None):
    """What breaks these rules of axe-core, by default all."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    give_up = time.monotonic() + FADING_SECONDS
    while (faults := page.evaluate(RUN, [STREAMLITS_OWN, rules])) and time.monotonic() < give_up:
        page.wait_for_timeout(1000)
    return faults


def test_four_panes_violate_no_rule(page):
    add(page, image_dcm=dicom())
    all_drawn(page)
    page.get_by_role("radio", name="4", exact=True).click()
    expect(page.locator(".viewer")).to_have_count(4)
    choose(page, "Pane 4", "This image by Strict")
    expect(page.locator(".legend .checked").nth(3)).to_contain_text("heck ")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    at_rest(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    at_rest(page)
    assert violations(page, ["color-contrast"]) == []


def test_no_page_or_state_violates_a_rule(chromium, closed):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    found = {}

    def check(state):
        for scheme, rules in {"light": ["color-contrast"], "dark": None}.items():  # the markup is the same
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if state != "sign-in":
                at_rest(page)
            if faults := violations(page, rules):
                found[f"{state}, {scheme}"] = faults

    def go(name):
        link = page.get_by_role("link", name=name, exact=True)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")  # the page before has a heading and an end as well
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".research-use")).to_be_visible()

    page.goto(closed.url)
    check("sign-in")
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_text("Drop an image in").wait_for()
    check("Diagnose, empty")
    add(page, notes_txt=b"no image")
    expect(page.get_by_text("This file cannot be read")).to_be_visible()
    check("Diagnose, refused")
    add(page, image_dcm=dicom())
    finding(page, "Bright").wait_for()
    expect(page.locator(".legend .checked")).to_contain_text("heck ")
    check("Diagnose, film and map")

    go("Compare")
    choose(page, "Compare", "Grey images, shy")
    expect(page.locator("table.paired")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    check("Compare")
    go("Evaluate")
    expect(page.get_by_role("heading", name="Most confident errors")).to_be_visible()
    check("Evaluate, result")
    page.locator("[data-testid=stRadio] label", has_text="File of scores").click()
    expect(page.locator(".st-key-evaluate-file")).to_be_visible()
    check("Evaluate, empty")
    for name in ("Explain", "Models", "Add model", "Audit log"):
        go(name)
        check(name)
    context.close()
    assert found == {}
