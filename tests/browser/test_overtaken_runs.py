"""Components go on where Streamlit cleans up after a run of their script that newer data overtook.

Streamlit calls what a component's script returns when the component leaves the page, and also, while it stays there,
when data came before a run for older data had ended. On a busy machine that happens by itself.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, at_rest, dicom, finding, open_image

pytestmark = pytest.mark.browser

KEEPS_CLEAN_UPS = """
window.cleanUps = [];
window.Blob = class extends Blob {
  constructor(parts, options) {
    const script = (part) => part.replace("export default function", `export default (given) => {
      const cleanUp = run(given);
      if (cleanUp) window.cleanUps.push(cleanUp);
      return cleanUp;
    };
    function run`);
    super(parts.map((part) => (typeof part === "string" ? script(part) : part)), options);
  }
};
"""


@pytest.fixture
def reading(tab, server):
    """The Diagnose page with the first of two films open, whose components were all cleaned up after."""
    tab.add_init_script(KEEPS_CLEAN_UPS)
    tab.goto(server.url)
    tab.get_by_text("Drop an image in").wait_for()
    add(tab, one_dcm=dicom(), two_dcm=dicom(PatientID="2"))
    open_image(tab, "one.dcm")
    finding(tab, "Bright").wait_for()
    expect(tab.locator(".viewer:not([data-image=''])")).to_be_visible()
    at_rest(tab)
    assert tab.evaluate("() => window.cleanUps.map((cleanUp) => cleanUp()).length") > 1
    return tab


def test_the_viewer_acts_once_on_each_press(reading):
    finding(reading, "Dark").click()
    expect(reading.locator(".legend .subject")).to_have_text("Dark")
    at_rest(reading)
    tools = reading.get_by_role("button", name="Tools", exact=True)
    for expanded in ("true", "false"):
        tools.click()
        expect(tools).to_have_attribute("aria-expanded", expanded)


def test_the_viewer_follows_the_size_of_the_window(reading):
    wide = reading.locator("canvas.image").evaluate("canvas => canvas.width")
    reading.set_viewport_size({"width": 1000, "height": 900})
    reading.wait_for_function(f"""() => {{
        const roots = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
        const canvas = roots.map((root) => root.querySelector("canvas.image")).find(Boolean);
        return canvas.width < {wide};
    }}""")


def test_the_next_image_opens_by_its_key(reading):
    reading.locator(".stage").focus()
    reading.keyboard.press("n")
    reading.locator(".worklist li.current", has_text="two.dcm").wait_for()
