"""The images that a DICOMDIR lists."""

from pathlib import PurePosixPath

import numpy as np
import pytest

from meddx.errors import Refused
from meddx.imaging.media_directory import listed_images
from meddx.imaging.read_image import read_image
from tests.engine.archives import dicomdir
from tests.imaging.images import image_bytes


def test_images_are_listed_by_their_paths_and_reports_are_not():
    assert listed_images(dicomdir(["A", "1"], ["2"])) == (PurePosixPath("A/1"), PurePosixPath("2"))


def test_a_path_that_leads_elsewhere_is_left_out():
    assert listed_images(dicomdir(["..", "1"], ["A", "", "2"], ["A", "3"], list("123456789"))) == (
        PurePosixPath("A/3"),
    )


@pytest.mark.parametrize("data", [b"", b"a letter", image_bytes(np.zeros((4, 4), np.uint8)), dicomdir(["A"])[:300]])
def test_other_files_list_nothing(data):
    assert not listed_images(data)


def test_a_dicomdir_read_as_an_image_says_what_it_is():
    with pytest.raises(Refused) as refused:
        read_image(dicomdir(["A"]))
    assert refused.value.rule == "media-directory"
