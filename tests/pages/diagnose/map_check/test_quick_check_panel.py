"""No heat map is shown before its quick check has passed, unless the reader asks for it."""

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.errors import Refused
from meddx.evaluate.map_evaluation.measures import GAIN
from meddx.explain.map_record import PASSING, MapRecord, RecordedMeasure
from meddx.types import JobStatus, Refusal
from pages.ui.common import default_method
from pages.ui.common.session import Session
from pages.ui.common.viewer import image_viewer
from pages.ui.diagnose.map_check import quick_check_panel
from tests.explain.test_map_record import record
from tests.pages.diagnose.map_check.test_verdict_text import check
from tests.pages.diagnose.test_counterfactual_panel import button
from tests.pages.explain.records import measured
from tests.pages.fake import quick_check
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.pages.test_diagnose import words as text
from tests.patience import SECONDS

QUICK = "quick_map_check"
FAILED = quick_check("not to be relied on", effect="bad", caution="The limits were set on another model.")


@pytest.fixture
def shown(monkeypatch):
    """What the viewer was last told to show."""
    last = {}
    render = image_viewer.render_viewer

    def noted(image, url="", file="", overlay=None, message="", **others):
        last.update(overlay=overlay, message=message)
        return render(image, url, file, overlay, message, **others)

    monkeypatch.setattr(image_viewer, "render_viewer", noted)
    return last


@pytest.fixture
def opened(engine, untrained_models, monkeypatch, shown):
    """Opens the page with one image, of whose finding the quick check stands as given."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))

    def opened(state="done", result=None, message=""):
        engine.quick_status = JobStatus("", QUICK, state, result=result, message=message)
        page = upload(AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run(), ("a.dcm", b"image"))
        assert not page.exception
        return page

    return opened


def offers(page):
    return [one for one in page.button if one.label == quick_check_panel.SHOW_ANYWAY]


def test_opening_a_finding_checks_its_map_by_itself_and_only_once(opened, engine, shown):
    page = opened(result=quick_check())
    page.run()
    [asked] = engine.quick_checks
    assert (asked["label"], asked["method"], asked["frame"], asked["data"]) == ("EFFUSION", "grad-cam", 0, b"image")
    assert asked["maps"]["EFFUSION"].max() == 0.5, "what is checked is the map that would be shown"
    assert engine.started == [], "the full check waits for its button"
    assert "samples" in shown["overlay"]
    assert (
        shown["overlay"]["check"]
        == "Quick check passed: hiding highlighted areas lowers the prediction more than hiding others"
    )
    assert not offers(page)


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_until_the_check_has_ended_no_colour_is_shown_and_the_legend_says_checking(opened, engine, shown, state):
    page = opened(state)
    assert "samples" not in shown["overlay"]
    assert (shown["overlay"]["check"], shown["message"]) == ("Checking…", "Checking the heat map…")
    engine.quick_status = JobStatus("", QUICK, "done", result=quick_check())
    page.run()
    assert "samples" in shown["overlay"]
    assert shown["message"] == ""


def test_a_map_that_failed_is_shown_only_when_asked_for_and_then_for_this_image(opened, engine, shown):
    page = opened(result=FAILED)
    assert "samples" not in shown["overlay"]
    assert shown["message"] == "No reliable heat map for this finding."
    assert "Quick check failed: effect on the prediction. The limits were set on another model." in text(page)
    page = offers(page)[0].click().run()
    assert "samples" in shown["overlay"]
    assert shown["overlay"]["check"] == "Quick check failed: effect on the prediction. Limits of other maps"
    assert "No reliable heat map for this finding" in text(page), "the reason stays beside it"
    assert not offers(page)
    assert "samples" in shown["overlay"], "it is remembered"
    page = upload(page, ("b.dcm", b"another image"))
    page.session_state["images"].open(page.session_state["images"].cases[1])
    page = page.run()
    assert "samples" not in shown["overlay"]
    assert offers(page)


def test_in_the_line_of_a_verdict_stands_that_its_limits_are_of_other_maps(opened, shown):
    page = opened(result=quick_check(caution="The limits were set on maps of <another> model."))
    passed = "Quick check passed: hiding highlighted areas lowers the prediction more than hiding others"
    assert shown["overlay"]["check"] == f"{passed}. Limits of other maps"
    assert f"{passed}. The limits were set on maps of &lt;another&gt; model." in text(page)


def test_an_unclear_map_is_shown_and_said_to_be_unclear(opened, shown):
    opened(result=quick_check("unclear", effect="unclear"))
    assert "samples" in shown["overlay"]
    assert shown["overlay"]["check"] == "Quick check unclear: effect on the prediction"


def test_a_map_that_could_not_be_checked_is_withheld_with_the_reason(opened, shown):
    page = opened("failed", message="32 jobs wait already.")
    assert "samples" not in shown["overlay"]
    assert shown["overlay"]["check"] == "Not checked"
    assert "32 jobs wait already." in text(page)
    assert offers(page)


def test_a_map_of_no_evidence_is_not_checked(opened, engine, shown):
    page = opened("failed", result=Refusal("nothing-marked", "It marks nothing."), message="It marks nothing.")
    assert shown["overlay"]["check"] == "Nothing marked"
    assert not offers(page)


def test_a_map_weaker_than_what_is_drawn_is_not_checked(opened, engine, shown, monkeypatch):
    monkeypatch.setattr(quick_check_panel, "shows_evidence", lambda explanation, label: False)
    opened("running")
    assert engine.quick_checks == []
    assert shown["overlay"]["check"] == ""
    assert "samples" in shown["overlay"]


@pytest.mark.parametrize(
    ("result", "colours"), [(check(), False), (replace(quick_check(), quick=False), True)], ids=["failed", "passed"]
)
def test_the_full_check_overrules_the_quick_one(opened, engine, shown, result, colours):
    page = opened(result=quick_check() if not colours else FAILED)
    page = button(page, "Check this heat map").click().run()
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "map_check", "done", result=result)
    page.run()
    assert ("samples" in shown["overlay"]) is colours
    assert shown["overlay"]["check"].startswith("Check passed" if colours else "Check failed: dependence on training")


def test_a_map_that_two_panes_withhold_is_offered_in_each(engine, card):
    explanation = engine.explain(b"image", card.id, "grad-cam")
    label = next(label for label in card.labels if label.name == "EFFUSION")
    case = Session().add("a", b"image")
    key = (*case.key(card.key), label.name, explanation.method)
    case.map_checks[key] = JobStatus("", "map_check", "done", result=check())
    page = AppTest.from_function(_two_panes, args=(case, card, label, explanation), default_timeout=SECONDS).run()
    assert not page.exception
    assert len(offers(page)) == 2


def _two_panes(case, card, label, explanation):
    from pages.ui.diagnose.map_check.quick_check_panel import render_quick_check

    for pane in (1, 2):
        render_quick_check(case, card, label, explanation, pane=pane)


def recorded(value):
    return RecordedMeasure(
        method="grad-cam", measure=PASSING, set="test", value=value, low=0, high=1, n=18, interval="Wilson"
    )


def test_where_the_record_says_that_most_maps_fail_none_is_shown_and_none_is_waited_for(
    opened, engine, shown, monkeypatch
):
    record = type("Record", (), {"best_passing": lambda self: recorded(3 / 18)})()
    monkeypatch.setattr(quick_check_panel, "usable_map_record", lambda card: record)
    page = opened("running")
    assert engine.quick_checks == []
    assert shown["message"] == "No reliable heat map for this model."
    assert "at best 17\N{NO-BREAK SPACE}% of 18 maps of test images" in text(page)
    page = offers(page)[0].click().run()
    assert "samples" in shown["overlay"]
    assert len(engine.quick_checks) == 1, "what is shown is checked"


def test_where_the_record_says_that_most_pass_the_map_is_checked(opened, engine, monkeypatch):
    record = type("Record", (), {"best_passing": lambda self: recorded(0.7)})()
    monkeypatch.setattr(quick_check_panel, "usable_map_record", lambda card: record)
    opened(result=quick_check())
    assert len(engine.quick_checks) == 1


UNRELIABLE = {
    "is not clearly better than a baseline without a model.": [
        measured("grad-cam", GAIN, 0.3, 0.2, 0.4),
        measured("centre", GAIN, 0.28, 0.2, 0.36),
    ],
    "by no method do most heat maps of this model pass the quick check.": [
        measured("grad-cam", PASSING, 0.3, 0.2, 0.4)
    ],
}


@pytest.fixture
def recorded_as(card, monkeypatch):
    """Lets the model's record hold these measures."""

    def recorded_as(measures):
        read = MapRecord.model_validate(record(card, measured=[one.model_dump() for one in measures]))
        for module in (quick_check_panel, default_method):
            monkeypatch.setattr(module, "usable_map_record", lambda card: read)

    return recorded_as


@pytest.mark.parametrize("reason", UNRELIABLE)
def test_beside_a_check_that_passed_one_sentence_says_how_far_the_method_is_to_be_relied_on(
    opened, recorded_as, shown, reason
):
    recorded_as(UNRELIABLE[reason])
    page = opened(result=quick_check())
    for offer in offers(page):
        page = offer.click().run()
    passed = "Quick check passed: hiding highlighted areas lowers the prediction more than hiding others"
    assert shown["overlay"]["check"] == passed
    [said] = [one for one in text(page).split("<p>") if passed in one]
    assert f"{passed}. This heat map passed its check, so on this image the highlighted areas matter" in said
    assert "Check of the heat map: This heat map passed its check, so on this image" in page.code[0].value
    assert "but not reliable" not in page.code[0].value
    assert re.search(r"; its method is still not reliable, since [^.;]*" + re.escape(reason), said)


@pytest.mark.parametrize("result", [FAILED, quick_check("unclear", effect="unclear")], ids=["failed", "unclear"])
def test_beside_a_check_that_did_not_pass_nothing_is_said_of_passing(opened, recorded_as, result):
    recorded_as(next(iter(UNRELIABLE.values())))
    assert "passed its check" not in text(opened(result=result))


def test_beside_a_check_that_passed_by_a_reliable_method_nothing_is_said_against_that(opened, recorded_as):
    recorded_as([measured("grad-cam", GAIN, 0.6, 0.5, 0.7), measured("centre", GAIN, 0.28, 0.2, 0.36)])
    said = text(opened(result=quick_check()))
    assert "Quick check passed" in said
    assert "still not reliable" not in said


def test_another_finding_ends_the_check_of_the_one_before(opened, engine):
    page = opened("running")
    case = page.session_state["images"].current
    [model] = {key[0] for key in case.quick_checks}
    case.labels[model.partition(":")[0]] = "NODULE"
    page.run()
    assert [asked["label"] for asked in engine.quick_checks] == ["EFFUSION", "NODULE"]
    assert engine.cancelled == ["quick-1"]
    assert [key[3] for key in case.quick_checks] == ["NODULE"]


def test_a_check_that_the_engine_has_lost_is_started_again(opened, engine, monkeypatch):
    page = opened("running")
    job = engine.job

    def lost(id):
        if id == "quick-1":
            raise Refused("no-job", "This job is not known any more.")
        return job(id)

    monkeypatch.setattr(engine, "job", lost)
    page.run()
    assert len(engine.quick_checks) == 2
