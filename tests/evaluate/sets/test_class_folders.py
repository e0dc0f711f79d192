import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.class_folders import read_class_folders


@pytest.fixture
def folder(tmp_path):
    for name in ("ill/person1_bacteria_1.png", "ill/person1_virus_2.png", "well/IM-7-1.png", "well/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


PATTERNS = {"well": ("well/*.png",), "bacterial": ("ill/*bacteria*",), "viral": ("ill/*virus*",)}


def test_labels_and_patients_come_from_the_names(folder):
    images = read_class_folders(folder, PATTERNS, r"(person\d+|IM-\d+)")
    assert images.ids == ["ill/person1_bacteria_1.png", "ill/person1_virus_2.png", "well/IM-7-1.png"]
    assert images.groups.tolist() == ["person1", "person1", "IM-7"]
    assert images.targets().tolist() == [[False, True, False], [False, False, True], [True, False, False]]
    assert images.cases[2].stored().data == b"well/IM-7-1.png"


def test_without_a_pattern_every_image_is_a_patient(folder):
    assert len(set(read_class_folders(folder, PATTERNS, None).groups)) == 3


@pytest.mark.parametrize(
    ("patterns", "group", "rule"),
    [
        ({"well": ("healthy/*",)}, None, "empty-label"),
        ({"well": ("well/*",), "ill": ("*/*.png",)}, None, "ambiguous-label"),
        (PATTERNS, r"(patient\d+)", "no-group"),
    ],
)
def test_what_cannot_be_told_is_refused(folder, patterns, group, rule):
    with pytest.raises(Refused) as refusal:
        read_class_folders(folder, patterns, group)
    assert refusal.value.rule == rule
    assert "person1" not in refusal.value.reason


def test_a_file_that_went_away_is_refused_without_its_name(folder):
    images = read_class_folders(folder, PATTERNS, None)
    images.cases[0].path.unlink()
    with pytest.raises(Refused, match="cannot be read") as refusal:
        images.cases[0].stored()
    assert "person1" not in str(refusal.value)
