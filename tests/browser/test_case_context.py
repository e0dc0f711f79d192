"""The context of a prediction by the shipped phantom model: similarity, similar cases, counterfactual."""

import shutil

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.reading import add, at_rest, open_image, pixels, read_until
from tests.browser.server import ROOT, serving
from tests.imaging.images import image_bytes

pytestmark = pytest.mark.browser


@pytest.fixture
def phantom(tab, tmp_path):
    """The Diagnose page where the phantom model is the only one."""
    shutil.copytree(ROOT / "models" / "phantom-cnn", tmp_path / "phantom-cnn")
    with serving(tmp_path) as server:
        tab.goto(server.url)
        tab.get_by_text("Drop an image in").wait_for()
        yield tab
        tab.goto("about:blank")  # a page whose server is gone complains


def noise():
    """A chest film, by its own account a phantom, of nothing."""
    values = np.random.default_rng(1).integers(0, 4096, (320, 240), np.uint16)
    return image_bytes(values, Modality="DX", BodyPartExamined="CHEST", BitsStored=12, SyntheticData="YES")


def test_a_known_image_has_similar_cases_and_the_part_that_flips_it_and_a_strange_one_is_called_so(phantom):
    phantom.get_by_role("button", name="Effusion").click()
    phantom.get_by_role("heading", name="Similar labelled cases").wait_for()
    expect(phantom.get_by_text("True labels of the 10 most similar validation cases:")).to_contain_text(
        "Pleural effusion"
    )
    expect(phantom.locator("dd.similarity", has_text="Similar to the training images")).to_be_visible()
    expect(phantom.get_by_role("heading", name="Unlike the training images")).to_have_count(0)

    assert not pixels(phantom, "outline").any()
    phantom.get_by_role("button", name="Smallest change that flips the result").click()
    expect(phantom.get_by_text("below its cut-off")).to_contain_text("Blurring the outlined")
    expect(phantom.locator(".viewer:not([data-image=''])")).to_be_visible()
    at_rest(phantom)
    outline = read_until(phantom, lambda: pixels(phantom, "outline")[..., 3] > 0, np.any)
    image = pixels(phantom, "image")[..., 3] > 0
    rows, columns = (np.median(np.flatnonzero(outline.any(axis))) for axis in (1, 0))
    height, width = (np.flatnonzero(image.any(axis)) for axis in (1, 0))
    assert height[0] < rows < height[-1]
    assert width[0] < columns < width[-1]
    assert rows > height.mean(), "an effusion lies low"

    add(phantom, noise_dcm=noise())
    open_image(phantom, "noise.dcm")
    phantom.get_by_role("heading", name="Unlike the training images").wait_for()
    at_rest(phantom)
    assert not pixels(phantom, "outline").any(), "the part found belongs to the other image"
