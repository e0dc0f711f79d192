import numpy as np
import PIL.Image
import pytest
from pydantic import TypeAdapter

from meddx.errors import Refused
from meddx.evaluate.sets.set_sources import SetSource
from meddx.training.cross_validation import training_cases
from meddx.training.recipe import read_recipe

LABELS = ("normal", "pneumonia")
PIXELS = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.fixture
def folder(tmp_path):
    """The same two images as a labelled set of every kind that needs no DICOM."""
    for name, row in (("NORMAL/a.png", "0 .5 .5 1 1"), ("bad/b.png", "1 .5 .5 1 1")):
        path = tmp_path / name
        path.parent.mkdir()
        PIL.Image.fromarray(PIXELS).save(path)
        path.with_suffix(".txt").write_text(row)
    (tmp_path / "a.csv").write_text("path,label\nNORMAL/a.png,normal\nbad/b.png,bad\n")
    np.savez(tmp_path / "a.npz", train_images=np.stack([PIXELS, PIXELS]), train_labels=np.array([[0], [1]]))
    return tmp_path


@pytest.mark.parametrize(
    "written",
    [
        {"kind": "class_folders", "root": ".", "classes": {"pneumonia": ["bad/*.png"], "normal": ["NORMAL/*.png"]}},
        {"kind": "subfolders", "root": ".", "names": {"bad": "pneumonia"}},
        {"kind": "manifest", "file": "a.csv", "label_column": "label", "names": {"bad": "pneumonia"}},
        {"kind": "medmnist", "file": "a.npz", "split": "train"},
        {"kind": "yolo", "root": ".", "pattern": "*/*.png", "classes": {"1": "pneumonia", "0": "normal"}},
    ],
    ids=lambda written: written["kind"],
)
def test_every_kind_reads_the_same_images_in_the_recipes_order_of_labels(folder, written):
    images = TypeAdapter(SetSource).validate_python(written).read(LABELS, lambda path: folder / path)
    assert images.labels == LABELS
    assert images.targets().tolist() == [[True, False], [False, True]]
    assert all(np.array_equal(case.image().values, PIXELS) for case in images.cases)


def test_classes_must_be_the_labels(folder):
    source = TypeAdapter(SetSource).validate_python({"kind": "yolo", "root": ".", "classes": {"0": "normal"}})
    with pytest.raises(Refused, match="exactly the labels normal, pneumonia"):
        source.read(LABELS, lambda path: folder / path)


RECIPE = """
id = "mine"
version = "1.0.0"
title = "Mine"
summary = "Mine"
task = "exclusive"
input = { height = 8, width = 8, channels = 1, low = 0.0, high = 1.0, resize = "pad" }
accepts = { modality = [], body_part = [] }
use = { intended = "a", not_for = "b", known_failures = [] }
fitting = { architecture = "plain_cnn", epochs = 1 }

[[labels]]
name = "a"
title = "A"
code = { scheme = "SCT", value = "17621005", meaning = "Normal" }

[[labels]]
name = "b"
title = "B"
code = { scheme = "SCT", value = "17621005", meaning = "Normal" }

[data]
name = "n"
licence = "l"
split_rule = "blocks"
train = { kind = "subfolders", root = "." }
test = { kind = "blocks", order = '(\\d+)', validation = 0.2, test = 0.2, gap = 1, neighbours = 2 }
"""


def test_a_recipe_may_cut_its_sets_from_one_series(tmp_path):
    for label in "ab":
        (tmp_path / label).mkdir()
        for number in range(10):
            (tmp_path / label / f"{number}.png").write_bytes(b"")
    (tmp_path / "mine.toml").write_text(RECIPE)
    recipe = read_recipe(tmp_path / "mine.toml")
    sets = recipe.sets(tmp_path)
    assert sets.test.ids == ["a/8.png", "a/9.png", "b/8.png", "b/9.png"]
    assert sets.validation.ids == ["a/5.png", "a/6.png", "b/5.png", "b/6.png"]
    assert sets.train.ids == ["a/0.png", "a/1.png", "a/2.png", "a/3.png", *(f"b/{n}.png" for n in range(4))]


def test_a_recipe_may_hold_out_patients_to_test_on(tmp_path):
    rows = [f"{n}.png,{'ab'[n // 2 % 2]},p{n // 2}" for n in range(80)]  # two images of each of 40 patients
    (tmp_path / "table.csv").write_text("\n".join(["path,label,patient", *rows]))
    source = 'train = { kind = "manifest", file = "table.csv", label_column = "label", group_column = "patient" }'
    text = RECIPE.replace('train = { kind = "subfolders", root = "." }', source)
    text = text[: text.index("test = ")] + 'test = { kind = "patients", fraction = 0.25, seed = 3 }\n'
    (tmp_path / "mine.toml").write_text(text)
    recipe = read_recipe(tmp_path / "mine.toml")
    sets = recipe.sets(tmp_path)
    patients = [set(images.groups) for images in (sets.train, sets.validation, sets.test)]
    assert len(patients[2]) == 10
    assert [len(set.union(*patients)), sum(map(len, patients))] == [40, 40]
    assert set(training_cases(recipe, tmp_path).groups) == patients[0] | patients[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[data]", '[data]\nvalidation = { kind = "subfolders", root = "." }', "blocks cut validation"),
        ("height = 8", "height = 9", "as high as wide"),
        ('kind = "blocks"', 'kind = "chunks"', "data.test"),
    ],
)
def test_what_does_not_fit_together_is_named(tmp_path, old, new, said):
    turned = RECIPE.replace("epochs = 1 }", "epochs = 1, augmentation = { quarter_turns = true } }")
    (tmp_path / "mine.toml").write_text(turned.replace(old, new, 1))
    with pytest.raises(Refused, match=said):
        read_recipe(tmp_path / "mine.toml")
