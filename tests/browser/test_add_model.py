"""A person's own model, from its file and a labelled folder to an image in Diagnose, in real Chromium."""

import re
import shutil
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.reading import at_rest
from tests.browser.server import serving
from tests.install.own_model import images, trained, write_set

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model file, and an archive with a folder for each of its classes."""
    folder = tmp_path_factory.mktemp("own model")
    trained().save(folder / "Spot finder.keras")
    trained(rescaling=True, scaled="0-255").export(folder / "exported", verbose=False)
    shutil.make_archive(str(folder / "Spots of 2019"), "zip", folder, "exported")
    labelled = write_set(folder / "set", *images(80, 5))
    with zipfile.ZipFile(folder / "ward 3.zip", "w") as archive:
        for path in sorted(labelled.rglob("*.png")):
            archive.write(path, path.relative_to(labelled))
    elsewhere = write_set(folder / "elsewhere", *images(80, 6), names=("without", "with"))
    with zipfile.ZipFile(folder / "ward 4.zip", "w") as archive:
        for path in sorted(elsewhere.rglob("*.png")):
            archive.write(path, path.relative_to(elsewhere))
    return folder


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory):
    """A server without a model."""
    with serving(tmp_path_factory.mktemp("models")) as server:
        yield server


def answers(tab, film):
    """Open the model that was added in Diagnose, where it answers a film with a heat map, calibrated."""
    tab.get_by_role("button", name="Open in Diagnose").click()
    tab.get_by_text("Drop an image in").wait_for()
    tab.locator("input[type=file]").set_input_files(film)
    expect(tab.locator(".legend")).to_be_visible()
    expect(tab.get_by_text("Calibrated probability", exact=True)).to_be_visible()


def test_a_file_and_a_labelled_folder_become_a_calibrated_model_with_heat_maps(empty_server, tab, files):
    tab.goto(f"{empty_server.url}/add_model")
    tab.locator("input[type=file]").set_input_files(files / "Spot finder.keras")
    expect(tab.get_by_text("explain layer")).to_be_visible()
    at_rest(tab)  # the uploader of the model's file is gone
    tab.locator("input[type=file]").set_input_files(files / "ward 3.zip")
    expect(tab.get_by_text("80 images: clear (40), spot (40).")).to_be_visible()
    tab.get_by_role("button", name="Add the model").click()  # the only click: everything else was found
    tab.get_by_role("button", name="Open in Diagnose").wait_for()
    checks = tab.locator("table.checks")
    expect(checks).to_contain_text("Same answer as the file's own network")
    assert checks.get_by_text("Failed").count() == 0
    answers(tab, files / "set" / "spot" / "001.png")
    expect(tab).to_have_url(re.compile("model=spot-finder"))

    tab.get_by_role("link", name="Models", exact=True).click()  # and elsewhere it is calibrated anew
    tab.get_by_text("Recalibrate on your own images").click()
    tab.locator("input[type=file]").set_input_files(files / "ward 4.zip")
    expect(tab.get_by_text("80 images: with (40), without (40).")).to_be_visible()
    for name, label in (("with", "Spot"), ("without", "Clear")):
        at_rest(tab)
        tab.get_by_role("combobox", name=f"Class {name} (40 images)").click()
        tab.get_by_role("option", name=label, exact=True).click()
    tab.get_by_role("button", name="Recalibrate Spot finder").click()
    expect(tab.get_by_text("Spot finder 1.1.0 is installed")).to_be_visible()
    expect(tab.locator("table.versions")).to_contain_text("Temperature")
    tab.get_by_role("button", name="Compare old and new").click()
    expect(tab.locator("table.paired")).to_contain_text("always the same")
    expect(tab.locator("h1")).to_contain_text("Spot finder 1.1.0 against Spot finder 1.0.0")
    tab.get_by_role("link", name="Diagnose", exact=True).click()
    expect(tab.get_by_text("Calibrated probability", exact=True)).to_be_visible()


def test_a_saved_model_in_an_archive_is_added_and_answers(empty_server, tab, files):
    tab.goto(f"{empty_server.url}/add_model")
    tab.locator("input[type=file]").set_input_files(files / "Spots of 2019.zip")
    expect(tab.get_by_text("SavedModel of")).to_be_visible()
    at_rest(tab)
    tab.locator("input[type=file]").set_input_files(files / "ward 3.zip")
    expect(tab.get_by_text("80 images: clear (40), spot (40).")).to_be_visible()
    expect(tab.get_by_text("scaled inside")).to_be_visible()
    tab.get_by_role("button", name="Add the model").click()
    tab.get_by_role("button", name="Open in Diagnose").wait_for()
    assert tab.locator("table.checks").get_by_text("Failed").count() == 0
    answers(tab, files / "set" / "spot" / "003.png")
    expect(tab).to_have_url(re.compile("model=spots-of-2019"))
