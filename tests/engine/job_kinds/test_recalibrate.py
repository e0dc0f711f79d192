"""Recalibration as a job: what the engine answers afterwards, and what it refuses."""

import pytest

from meddx.engine.contract import Cancelled
from meddx.engine.job_kinds import recalibrate
from meddx.engine.service import Service
from meddx.engine.uploads import store_upload
from meddx.errors import Refused
from meddx.install.add_model import add_model
from meddx.install.choices import AddChoices
from meddx.install.new_folder import changed_folder
from meddx.model.registry import find_model, list_models
from meddx.types import no_progress
from tests.engine.job_kinds.test_add_model import CONTEXT, zipped
from tests.install.own_model import images, saved, trained, write_set


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder with the model "mine", calibrated; uploads have their own folder."""
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    labelled = write_set(tmp_path / "first", *images(120, 5))
    choices = AddChoices(labels=("clear", "spot"), scaling="0-1", resize="pad", data=labelled)
    add_model(saved(tmp_path, trained()), choices, tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture
def elsewhere(tmp_path):
    """Arguments: other images, with classes of other names; in a third of them the label is wrong."""
    pixels, classes = images(120, 77)
    classes[::3] = 1 - classes[::3]
    folder = write_set(tmp_path / "elsewhere", pixels, classes, names=("without", "with"))
    classes = {"without": "clear", "with": "spot"}
    rule = {"kind": "sensitivity", "value": 0.9}
    return {
        "upload": store_upload([("ward.zip", [zipped(folder)])]),
        "choices": {"classes": classes, "set_name": "Ward 3, 2026", "rule": rule},
    }


def test_the_engine_answers_by_the_new_card_at_once(models, elsewhere, tmp_path):
    before = find_model(models, "mine").card
    image = (tmp_path / "first" / "spot" / "001.png").read_bytes()
    service = Service(models)
    try:
        old = service.predict(image, "mine")
        found = recalibrate.run(service, {**elsewhere, "model": before.key}, no_progress)
        new = service.predict(image, "mine")
    finally:
        service.close()
    assert (found["id"], found["earlier"], found["version"]) == ("mine", "1.0.0", "1.1.0")
    assert (old.version, new.version) == ("1.0.0", "1.1.0")
    assert new.logits == old.logits  # the same network
    assert abs(new.probabilities["spot"] - old.probabilities["spot"]) > 0.05  # surer than these labels allow
    card = find_model(models, "mine").card
    assert card.calibration.fitted_on.endswith("of Ward 3, 2026, cross-entropy")
    assert card.labels[1].threshold_rule == "highest specificity at a sensitivity of at least 0.9"
    error = {
        of: next(one["value"] for one in found[of] if one["name"] == "expected calibration error")
        for of in ("before", "now")
    }
    assert error["now"] < error["before"]
    assert [one.card.version for one in list_models(models).earlier] == ["1.0.0"]


def test_a_version_that_the_reader_has_not_seen_is_not_replaced(models, elsewhere):
    card = find_model(models, "mine").card
    other = card.model_copy(update={"version": "0.9.0"})
    with pytest.raises(Refused, match=r"mine is another version by now, 1\.0\.0"):
        recalibrate.run(CONTEXT, {**elsewhere, "model": other.key}, no_progress)
    assert find_model(models, "mine").card == card


def test_a_folder_that_somebody_changes_meanwhile_stays_as_they_left_it(models):
    def change_both():
        with changed_folder(models, "mine") as folder:
            (folder / "card.toml").unlink()
            (models / "mine" / "robustness.csv").write_text("theirs")

    with pytest.raises(Refused, match="changed meanwhile"):
        change_both()
    assert (models / "mine" / "robustness.csv").read_text() == "theirs"
    assert find_model(models, "mine").card.version == "1.0.0"


def test_a_job_that_is_cancelled_changes_nothing(models, elsewhere):
    card = find_model(models, "mine").card

    def cancel(done, total, message=""):
        if "test" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        recalibrate.run(CONTEXT, {**elsewhere, "model": card.key}, cancel)
    assert find_model(models, "mine").card == card
    assert [path.name for path in models.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"rule": {"kind": "sensitivity", "value": 7.0}}, "between 0 and 1"),
        ({"rule": {"kind": "guess"}}, "rule"),
        ({"data": "/etc"}, "data"),
        ({"roots": ["/"]}, "roots"),
    ],
)
def test_wrong_choices_are_refused_and_nothing_changes(models, elsewhere, changed, why):
    card = find_model(models, "mine").card
    arguments = {**elsewhere, "model": card.key, "choices": elsewhere["choices"] | changed}
    with pytest.raises(Refused, match=why):
        recalibrate.run(CONTEXT, arguments, no_progress)
    assert find_model(models, "mine").card == card


def test_a_table_that_names_images_outside_its_upload_is_refused(models, tmp_path):
    outside = tmp_path / "first" / "spot" / "001.png"
    own = (tmp_path / "first" / "clear" / "000.png").read_bytes()
    table = f"path,label\nown.png,clear\n{outside},spot\n"
    token = store_upload([("own.png", [own]), ("labels.csv", [table.encode()])])
    with pytest.raises(Refused) as refused:
        recalibrate.run(CONTEXT, {"upload": token, "model": find_model(models, "mine").card.key}, no_progress)
    assert refused.value.rule == "outside-set"
    assert str(tmp_path) not in refused.value.reason
