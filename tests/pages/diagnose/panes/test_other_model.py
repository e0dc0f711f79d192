"""The open image by another model: asked after the first pane's, its map checked after that of the first pane."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from meddx.engine.contract import QUICK_MAP_CHECK
from meddx.model.card import Code, read_card
from meddx.types import JobStatus
from pages.ui.common.viewer import image_viewer
from pages.ui.diagnose.map_check import quick_check_panel
from pages.ui.diagnose.map_check.quick_check_panel import SHOW_ANYWAY
from pages.ui.diagnose.panes.other_model import same_label
from tests.pages.fake import quick_check
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.patience import SECONDS

FAILED = quick_check("not to be relied on", effect="bad", caution="The limits were set on another model.")


@pytest.fixture
def shown(monkeypatch):
    """What each viewer was last told to show, by its key."""
    last = {}
    render = image_viewer.render_viewer

    def noted(*given, **named):
        overlay, message = (*given, *[None] * 5)[3:5]
        last[named.get("key", "viewer")] = {"overlay": overlay, "message": named.get("message", message)}
        return render(*given, **named)

    monkeypatch.setattr(image_viewer, "render_viewer", noted)
    return last


@pytest.fixture(scope="module")
def three_models(untrained_models, tmp_path_factory):
    """A models folder with a third model, a copy of the second one under its own id and title."""
    models = tmp_path_factory.mktemp("three") / "models"
    shutil.copytree(untrained_models, models)
    card = shutil.copytree(models / "untrained-multi", models / "untrained-third") / "card.toml"
    told = card.read_text().replace('"untrained-multi"', '"untrained-third"')
    card.write_text(told.replace('"Untrained multilabel"', '"Untrained third"'))
    return models


@pytest.fixture
def opened(engine, three_models, monkeypatch, shown):
    """Opens one film in panes, the further ones by these models, where quick checks of maps stand so."""
    monkeypatch.setenv("MEDDX_MODELS", str(three_models))

    def opened(state="done", result=None, beside=("untrained-multi",)):
        engine.quick_status = JobStatus("", QUICK_MAP_CHECK, state, result=result)
        page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
        page.query_params["model"] = "untrained"
        page.query_params["beside"] = [f"model.{model}" for model in beside]
        return settled(upload(page.run(), ("a.dcm", b"image")), answers=1 + len(set(beside)))

    return opened


def settled(page, answers=2):
    """The page once every model has answered."""
    case = page.session_state["images"].cases[0]
    while len(case.answers) < answers:
        assert not page.exception
        if case.pending is not None:
            case.pending.future.exception(SECONDS)
        page = page.run()
    return page.run()


def checked(engine):
    """The models whose maps have been checked."""
    return [asked["model"].partition(":")[0] for asked in engine.quick_checks]


def test_the_other_model_is_asked_after_the_first_and_its_answer_stands_below_its_map(opened, engine, shown):
    page = opened(result=quick_check())
    asked = [one for one in engine.asked if one in {"diagnose", "predict", "image"}]
    assert asked == ["diagnose", "predict", "predict"], "the first of these is a part of the diagnosis"
    assert "Effusion: 70\N{NO-BREAK SPACE}%. Above cut-off (50\N{NO-BREAK SPACE}%)." in [
        one.value for one in page.caption
    ]
    assert shown["viewer 2"]["overlay"]["title"] == "Effusion"
    assert "samples" in shown["viewer 2"]["overlay"]


def test_its_map_is_checked_after_that_of_the_first_pane_and_hidden_until_then(opened, engine, shown):
    page = opened("running")
    assert checked(engine) == ["untrained"]
    assert "samples" not in shown["viewer 2"]["overlay"]
    assert shown["viewer 2"]["overlay"]["check"] == "Checking…"
    engine.quick_status = JobStatus("", QUICK_MAP_CHECK, "done", result=quick_check())
    page.run()
    assert checked(engine) == ["untrained", "untrained-multi"]
    assert engine.cancelled == [], "neither disturbs the other"
    assert "samples" in shown["viewer 2"]["overlay"]


def test_a_map_that_failed_is_hidden_in_its_pane_too_until_asked_for(opened, shown):
    page = opened(result=FAILED)
    assert shown["viewer 2"]["message"] == "No reliable heat map for this finding."
    assert "samples" not in shown["viewer 2"]["overlay"]
    asked = [one for one in page.button if one.label == SHOW_ANYWAY]
    assert len(asked) == 2, "beside each map"
    asked[1].click().run()
    assert "samples" in shown["viewer 2"]["overlay"]
    assert shown["viewer 2"]["overlay"]["check"].startswith("Quick check failed")


def test_two_other_models_stand_in_the_second_and_the_third_pane_each_with_its_map(opened, engine, shown):
    page = opened(result=quick_check(), beside=("untrained-multi", "untrained-third"))
    assert not page.exception
    assert checked(engine) == ["untrained", "untrained-multi", "untrained-third"]
    assert engine.cancelled == []
    assert all("samples" in shown[viewer]["overlay"] for viewer in ("viewer 2", "viewer 3"))


def test_maps_of_three_models_are_checked_one_after_the_other(opened, engine, shown):
    page = opened("running", beside=("untrained-multi", "untrained-third"))
    assert checked(engine) == ["untrained"]
    case = page.session_state["images"].cases[0]
    for model in ("untrained-multi", "untrained-third"):
        [key] = [key for key, status in case.quick_checks.items() if not status.ended]
        case.quick_checks[key] = JobStatus("", QUICK_MAP_CHECK, "done", result=quick_check())
        page = page.run()
        assert checked(engine)[-1] == model
    assert len(checked(engine)) == 3
    assert engine.cancelled == [], "none disturbs another"
    assert "samples" in shown["viewer 2"]["overlay"]
    assert shown["viewer 3"]["overlay"]["check"] == "Checking…"


def test_a_model_that_the_address_names_twice_stands_in_one_pane(opened, shown):
    page = opened(result=FAILED, beside=("untrained-multi", "untrained-multi"))
    assert not page.exception
    assert shown["viewer 2"]["overlay"]["title"] == "Effusion"
    assert shown["viewer 3"] == {"overlay": None, "message": "Choose above what this pane shows."}


def test_a_pane_waits_for_no_check_that_is_on_screen_no_more(opened, engine, shown, monkeypatch):
    page = opened("running")
    assert checked(engine) == ["untrained"]
    case = page.session_state["images"].cases[0]
    case.labels["untrained"] = "NODULE"
    evidence = quick_check_panel.shows_evidence
    monkeypatch.setattr(
        quick_check_panel, "shows_evidence", lambda map, label: map.model != "untrained" and evidence(map, label)
    )
    page.run()
    assert checked(engine) == ["untrained", "untrained-multi"]
    assert engine.cancelled == ["quick-1"]


def test_a_model_that_gave_no_answer_says_why_in_its_pane(opened, shown):
    page = opened(result=quick_check())
    case = page.session_state["images"].cases[0]
    [key] = [key for key in case.answers if key[0].startswith("untrained-multi")]
    del case.answers[key]
    case.errors[key] = "The engine stopped."
    page = page.run()
    assert not page.exception
    assert shown["viewer 2"] == {"overlay": None, "message": "The engine stopped."}


def test_the_label_shown_is_the_one_that_means_the_same(untrained_models):
    first, second = (read_card(untrained_models / name / "card.toml") for name in ("untrained", "untrained-multi"))
    codes = {"EFFUSION": "60046008", "NODULE": "427359005", "NORMAL": "17621005"}

    def coded(card, names):
        labels = zip(card.labels, names, strict=True)
        labels = [
            label.model_copy(update={"code": Code(scheme="SCT", value=codes[name], meaning=name)})
            for label, name in labels
        ]
        return card.model_copy(update={"labels": labels})

    first = coded(first, ["NORMAL", "EFFUSION", "NODULE"])
    second = coded(second, ["NODULE", "NORMAL", "EFFUSION"])
    assert same_label(first, "EFFUSION", second).name == second.labels[2].name
    assert same_label(first, "", second) is None
