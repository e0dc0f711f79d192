"""What labelled set is meant, in a folder of the server or an upload."""

import numpy as np
import pytest

from meddx.engine import uploads
from meddx.engine.job_kinds import inspect_labelled_set
from meddx.errors import Refused
from tests.imaging.images import image_bytes

FOUND = {
    "images": 3,
    "classes": {"ill": 1, "well": 2},
    "no_image": 0,
    "missing": 0,
    "unlabelled": 0,
    "reading": "",
    "label_columns": (),
}


@pytest.fixture
def images(tmp_path, monkeypatch):
    """Two classes of one and two images, below a folder that may be read."""
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", str(tmp_path))
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    data = image_bytes(np.zeros((4, 4), np.uint8))
    for name in ("ill/a", "well/b", "well/c"):
        path = tmp_path / "set" / f"{name}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "set"


def run(seen=None, **arguments):
    def progress(done, total, message=""):
        if seen is not None:
            seen.append(message)

    return inspect_labelled_set.run(None, arguments, progress)


@pytest.mark.usefixtures("images")
def test_a_folder_is_counted_by_class_and_its_path_stays_on_the_server():
    seen = []
    assert run(seen, folder_of_images="set") == FOUND
    assert seen == ["Reading the list of images"]


def test_an_upload_is_looked_at_and_stays_for_the_evaluation(images):
    paths = sorted(images.rglob("*.dcm"))
    table = "path,label\n" + "".join(f"{path.name},{path.parent.name}\n" for path in paths)
    files = [*((path.name, [path.read_bytes()]) for path in paths), ("labels.csv", [table.encode()])]
    token = uploads.store_upload(files)
    found = FOUND | {
        "reading": "Read: images from column 'path', labels from 'label', every image a patient of its own."
    }
    assert run(upload=token) == found
    assert run(upload=token) == found


@pytest.mark.usefixtures("images")
@pytest.mark.parametrize(
    ("arguments", "rule"), [({"folder_of_images": "/etc"}, "not-allowed"), ({"upload": "x" * 22}, "no-upload")]
)
def test_what_is_not_there_or_not_allowed_is_refused(arguments, rule):
    with pytest.raises(Refused) as refused:
        run(**arguments)
    assert refused.value.rule == rule
