"""Components go on where newer data overtake a run of their script, as happens by itself on a busy machine.

Streamlit calls what a component's script returns when the component leaves the page, and also, while it stays there,
when data came before a run for older data had ended. And the run for older data may come after the one for newer.
"""

from importlib import import_module

import pytest
from playwright.sync_api import expect

from pages.ui.common.component import Component
from tests.browser.reading import add, at_rest, dicom, drawn, finding, map_checked, open_image, thumbnails
from tests.browser.server import ROOT

pytestmark = pytest.mark.browser

MODULES = [
    str(file.relative_to(ROOT).with_suffix("")).replace("/", ".")
    for file in sorted((ROOT / "pages").rglob("*.py"))
    if "= Component(" in file.read_text(encoding="utf-8")
]

KEEPS_CLEAN_UPS = """
window.cleanUps = [];
window.Blob = class extends Blob {
  constructor(parts, options) {
    const script = (part) => part.replace("export default", `export default (given) => {
      const cleanUp = run(given);
      if (cleanUp) window.cleanUps.push(cleanUp);
      return cleanUp;
    };
    const run =`);
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


RUNS_AGAIN_FOR_OLDER_DATA = """
window.runsAgain = 0;
window.Blob = class extends Blob {
  constructor(parts, options) {
    const script = (part) => part.replace("export default", `const givenBefore = new WeakMap();
    export default (given) => {
      const cleanUp = run(given);
      const before = givenBefore.get(given.parentElement);
      givenBefore.set(given.parentElement, given);
      if (before) {
        window.runsAgain += 1;
        run(before)?.();
      }
      return cleanUp;
    };
    const run =`);
    super(parts.map((part) => (typeof part === "string" ? script(part) : part)), options);
  }
};
"""


def test_runs_that_come_late_for_older_data_change_nothing(tab, server):
    tab.add_init_script(RUNS_AGAIN_FOR_OLDER_DATA)
    tab.goto(server.url)
    tab.get_by_text("Drop an image in").wait_for()
    add(tab, slice_dcm=dicom(Modality="CT"), film_dcm=dicom(PatientID="2"))
    expect(tab.locator(".panel.refused")).to_contain_text("This model does not accept this image")
    drawn(tab)
    thumbnails(tab, 2)
    open_image(tab, "film.dcm")
    finding(tab, "Dark").click()
    expect(tab.locator(".legend .subject")).to_have_text("Dark")
    map_checked(tab)
    at_rest(tab)
    expect(finding(tab, "Dark")).to_have_attribute("aria-checked", "true")
    expect(tab.locator(".worklist li.current")).to_contain_text("film.dcm")
    assert tab.evaluate("window.runsAgain") > 5


@pytest.mark.parametrize("module", MODULES)
def test_no_component_looks_at_older_data(chromium, module):
    [component] = [one for one in vars(import_module(module)).values() if isinstance(one, Component)]
    assert component.script.count("export default") == 1
    page = chromium.new_page()
    looked_at = page.evaluate(
        """async (script) => {
            const { default: run } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
            const parentElement = document.createElement("div");
            return [["one", 2], ["one", 1], ["one", 2], ["one", 3], ["another", 1]].map((sent) => {
                const read = new Set();
                const data = new Proxy({ sent }, { get(of, name) { read.add(name); return of[name]; } });
                try { run({ parentElement, data }); } catch { /* data without content */ }
                return read.size > 1;
            });
        }""",
        component.script,
    )
    page.close()
    assert looked_at == [True, False, True, True, True]


def test_every_component_is_one_of_these():
    assert len(MODULES) > 1
    texts = {file: file.read_text(encoding="utf-8") for file in (ROOT / "pages").rglob("*.py")}
    assert [file.name for file, text in texts.items() if "components.v2" in text] == ["component.py"]
