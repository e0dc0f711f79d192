"""`meddx explain-check` on an untrained network and a handful of marked images."""

import json

import numpy as np
import PIL.Image
import pytest

from meddx import cli
from meddx.explain.map_check.area_effects import AREAS
from meddx.explain.map_limits import MapLimits
from meddx.explain.map_record import PASSING, RECORD_FILE, read_record
from meddx.install.card_file import as_toml
from meddx.model.card import read_card
from tests.untrained import network, write_model

RECIPE = """
[fitting]
seed = 1

[[labels]]
name = "NORMAL"

[[labels]]
name = "EFFUSION"

[data]
name = "drawn squares"
licence = "none"
split_rule = "none"
{sets}
"""
SET = """
[data.{name}]
kind = "manifest"
file = "images.csv"
label_column = "label"
group_column = "patient"
"""


@pytest.fixture
def recipe(tmp_path):
    """Six images of three patients, each with a bright square that its box marks, for all three sets."""
    random, lines = np.random.default_rng(0), ["path,patient,label,box"]
    for image in range(6):
        pixels = random.integers(0, 80, (32, 32), np.uint8)
        top, left = random.integers(0, 20, 2)
        pixels[top : top + 12, left : left + 12] += 150
        PIL.Image.fromarray(pixels).save(tmp_path / f"{image}.png")
        box = " ".join(str(edge / 32) for edge in (left, top, left + 12, top + 12))
        lines.append(f"{image}.png,{image // 2},{('NORMAL', 'EFFUSION')[image % 2]},{box}")
    (tmp_path / "images.csv").write_text("\n".join(lines))
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.format(sets="".join(SET.format(name=name) for name in ("train", "validation", "test"))))
    return path


def check(recipe, capsys, *more):
    """(record, JSON that was printed)"""
    folder = write_model(recipe.parent / "models", model=network(labels=2))
    asked = [
        "explain-check",
        "--model",
        "untrained",
        "--models",
        str(folder.parent),
        "--recipe",
        str(recipe),
        "--json",
        *more,
    ]
    assert cli.main(asked) == 0
    return read_record(folder, read_card(folder / "card.toml")), json.loads(capsys.readouterr().out)


def test_the_record_holds_methods_tf_keras_vis_and_floors_over_both_sets(recipe, capsys):
    record, printed = check(recipe, capsys, "--methods", "grad-cam,layer-cam,occlusion", "--slow-images", "4")
    assert printed["recommended"] == record.recommended
    kinds = {row.name: row.kind for row in record.methods}
    assert kinds == {
        "grad-cam": "method", "layer-cam": "method", "occlusion": "method", "tf-keras-vis grad-cam": "reference",
        "tf-keras-vis layer-cam": "reference", "centre": "baseline", "random": "baseline", "usual place": "baseline",
    }  # fmt: skip
    for images in ("validation", "test"):
        assert record.of("grad-cam", "pointing game", images).n == 6
        for measure in ("pointing game", "evidence inside", "overlap", "average precision"):
            # The same layer, rule and images: the other program's maps are equal, and so is all that is measured.
            ours, theirs = (record.of(row, measure, images) for row in ("grad-cam", "tf-keras-vis grad-cam"))
            assert ours.value == pytest.approx(theirs.value, abs=2e-3)
    assert record.recommended in ("grad-cam", "layer-cam", "occlusion")
    assert "patients" in record.of("grad-cam", "overlap").interval
    assert str(recipe.parent) not in record.model_dump_json()


def test_images_without_marks_are_measured_by_what_the_answer_hangs_on(recipe, capsys):
    images = (recipe.parent / "images.csv").read_text().splitlines()
    (recipe.parent / "images.csv").write_text("\n".join(line.rsplit(",", 1)[0] for line in images))
    record, _ = check(recipe, capsys, "--methods", "grad-cam,layer-cam", "--hide-images", "4")
    assert {one.measure for one in record.measured} == {
        "faithfulness", "marks nothing", "likeness to a shuffled network", "shuffled network marks nothing",
        "passes the quick check",
    }  # fmt: skip
    assert record.of("random", "faithfulness").n == 4
    assert record.of("random", "likeness to a shuffled network") is None
    assert all(row.threshold is None for row in record.methods)


def test_own_images_are_measured_and_kept_only_when_asked(recipe, capsys):
    folder = write_model(recipe.parent / "models", model=network(labels=2))
    asked = ["explain-check", "--model", "untrained", "--models", str(folder.parent), "--methods", "grad-cam"]
    asked += ["--data", str(recipe.parent / "images.csv"), "--slow-images", "2", "--shuffle-images", "1"]
    assert cli.main(asked) == 0
    assert "of a set brought for this check" in capsys.readouterr().out
    card = read_card(folder / "card.toml")
    assert read_record(folder, card) is None
    assert cli.main([*asked, "--keep"]) == 0
    record = read_record(folder, card)
    assert record.of("usual place", "pointing game") is None  # there are no training images to know it from
    assert record.checked == (), "cases of a reader's own images are named nowhere"
    assert record.images.startswith("2 validation images and 4 test images of a set brought for this check")
    assert str(recipe.parent) not in record.model_dump_json()


def test_how_many_maps_pass_can_be_measured_alone_and_leaves_the_rest_of_the_record(recipe, capsys):
    options = ["--methods", "grad-cam,layer-cam", "--hide-images", "4", "--shuffle-images", "4"]
    record, _ = check(recipe, capsys, *options)
    shares = [one for one in record.measured if one.measure == PASSING]
    assert {one.set for one in shares} <= {"validation", "test"}
    assert shares
    folder = recipe.parent / "models" / "untrained"
    asked = ["explain-check", "--model", "untrained", "--models", str(folder.parent), "--recipe", str(recipe)]
    assert cli.main([*asked, "--passing", "--shuffle-images", "4"]) == 0
    again = read_record(folder, read_card(folder / "card.toml"))
    assert [one for one in again.measured if one.measure == PASSING] == shares
    assert again.model_copy(update={"measured": ()}) == record.model_copy(update={"measured": ()})
    assert len(record.checked) == record.of(record.recommended, PASSING).n
    assert {one.label for one in record.checked} <= {"NORMAL", "EFFUSION"}
    others = [one for one in record.measured if one.measure != PASSING]
    assert [one for one in again.measured if one.measure != PASSING] == others
    own = ["--data", str(recipe.parent / "images.csv"), "--keep"]
    assert cli.main([*asked[:-2], *own, "--passing", "--shuffle-images", "4"]) == 0
    assert read_record(folder, read_card(folder / "card.toml")).checked == (), "they were of other images"


def test_images_without_marks_leave_the_limits_of_the_check(recipe, capsys):
    options = ["--methods", "grad-cam", "--hide-images", "4", "--shuffle-images", "4"]
    record, _ = check(recipe, capsys, *options)
    limits = MapLimits(
        bad_below=0.1, good_from=0.2, usual=(0.0,) * AREAS**2, methods=("grad-cam",), images=12, wrong_maps=40
    )
    folder = recipe.parent / "models" / "untrained"
    content = record.model_copy(update={"limits": limits}).model_dump(exclude_none=True)
    (folder / RECORD_FILE).write_text(as_toml(content), encoding="utf-8")
    images = (recipe.parent / "images.csv").read_text().splitlines()
    (recipe.parent / "images.csv").write_text("\n".join(line.rsplit(",", 1)[0] for line in images))
    asked = ["explain-check", "--model", "untrained", "--models", str(folder.parent), "--recipe", str(recipe)]
    for more in (["--passing"], options[:4]):
        assert cli.main([*asked, *more, "--shuffle-images", "4"]) == 0
        assert read_record(folder, read_card(folder / "card.toml")).limits == limits


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--methods", "guess"], "'guess'"),
        (["--images", "0"], "at least 1"),
        (["--keep"], "--keep goes with --data"),
        (["--passing", "RECIPE"], "has no record yet"),
        (["--data", "nowhere"], "nowhere does not exist"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(recipe, capsys, given, said):
    models = write_model(recipe.parent / "models", model=network(labels=2)).parent
    given = ["--passing", "--recipe", str(recipe)] if "RECIPE" in given else given
    assert cli.main(["explain-check", "--model", "untrained", "--models", str(models), *given]) == 2
    assert said in capsys.readouterr().err
