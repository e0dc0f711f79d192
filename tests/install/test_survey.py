import numpy as np
import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.subfolders import read_subfolders
from meddx.install.labelled_split import split_by_patient
from meddx.install.progress_report import SilentReport
from meddx.install.survey import survey
from tests.install.own_model import NAMES, images, write_set


def surveyed(folder):
    return survey(read_subfolders(folder, NAMES), SilentReport())


def test_copies_share_a_group_and_so_a_part(tmp_path):
    pixels, classes = images(40, seed=1)
    folder = write_set(tmp_path / "set", np.concatenate([pixels, pixels[:10]]), np.concatenate([classes, classes[:10]]))
    found = surveyed(folder)
    assert (found.copies, found.across, found.conflicts) == (10, 10, 0)
    for seed in range(5):
        parts = split_by_patient(found.images, seed)
        digests = [{found.digests[row] for row in rows} for rows in (parts.calibration_rows, parts.test_rows)]
        assert not digests[0] & digests[1]


def test_the_same_seed_gives_the_same_split_and_labels_keep_their_shares(tmp_path):
    found = surveyed(write_set(tmp_path / "set", *images(60, seed=1)))
    first, again = (split_by_patient(found.images, 3) for _ in range(2))
    assert first.calibration_rows.tolist() == again.calibration_rows.tolist()
    assert found.images.subset(first.test_rows).targets().sum(axis=0).tolist() == [15, 15]
    assert split_by_patient(found.images, 4).test_rows.tolist() != first.test_rows.tolist()


def test_a_label_with_one_patient_leaves_nothing_to_calibrate_on(tmp_path):
    pixels, _ = images(21, seed=1)
    found = surveyed(write_set(tmp_path / "set", pixels, [0] * 20 + [1]))
    parts = split_by_patient(found.images, 0)
    assert (len(parts.calibration_rows), len(parts.test_rows)) == (0, 21)
    assert "Only 1 patients have the label 'spot'" in parts.reason


def test_unreadable_images_are_counted_and_none_readable_is_refused(tmp_path):
    folder = write_set(tmp_path / "set", *images(4, seed=1))
    (folder / "spot" / "x.png").write_bytes(b"no image")
    assert list(surveyed(folder).refused) == ["spot/x.png"]
    for path in folder.rglob("*.png"):
        path.write_bytes(b"no image")
    with pytest.raises(Refused, match="None of the 5 images"):
        surveyed(folder)
