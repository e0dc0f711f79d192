"""What of a film's answer goes into the results."""

from dataclasses import replace
from io import BytesIO

import highdicom
import pytest

from meddx.engine.contract import QUICK_MAP_CHECK
from meddx.errors import MeddxError, Refused
from meddx.explain.map_check.check_words import NOTHING_MARKED_RULE
from meddx.model.registry import find_model
from meddx.network.film_results import ResultChoices, film_results
from meddx.types import JobStatus, Refusal
from tests.engine.answers import images
from tests.export.cases import answer, check
from tests.network.programmed_engine import ProgrammedEngine

[FILM] = images(
    1, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4", PatientOrientation=["L", "F"], PixelSpacing=[0.2, 0.2]
)


@pytest.fixture
def model(untrained_models):
    return find_model(untrained_models, "untrained")


def engine(**of_job):
    made = ProgrammedEngine()
    fields = {"id": "", "kind": QUICK_MAP_CHECK, "state": "done"} | of_job
    made.job = lambda _: JobStatus(**fields)
    return made


def verdicts(results):
    report = highdicom.sr.srread(BytesIO(results.files["findings.dcm"]))
    groups = report.content.get_image_measurement_groups()[1:]
    said = [{one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()} for group in groups]
    return [one["Check of the heat map"] for one in said]


def test_a_map_that_passed_is_written_and_one_that_failed_is_withheld(model):
    passed = film_results(ProgrammedEngine(), FILM, model)
    assert set(passed.files) == {"findings.dcm", "picture-2.dcm", "map-2.dcm"}
    assert verdicts(passed) == ["Not checked", "Passed", "Not checked"]
    failed = film_results(engine(result=replace(check(), quick=True)), FILM, model, choices=ResultChoices(area=True))
    assert set(failed.files) == {"findings.dcm", "picture-2.dcm"}
    assert verdicts(failed) == ["Not checked", "Failed", "Not checked"]


def test_a_map_that_marks_nothing_is_said_to_and_not_drawn(model):
    asked = ProgrammedEngine()
    maps = {name: 0 * values for name, values in answer().heatmaps.items()}
    asked.predict = lambda *_: answer(heatmaps=maps)
    asked.job = lambda _: JobStatus("", QUICK_MAP_CHECK, "failed", result=Refusal(NOTHING_MARKED_RULE, "Nothing."))
    results = film_results(asked, FILM, model)
    assert set(results.files) == {"findings.dcm", "picture-2.dcm"}
    assert verdicts(results) == ["Nothing marked"] * 3


def test_a_check_that_cannot_be_made_leaves_no_result_without_it(model):
    with pytest.raises(MeddxError, match="could not be checked"):
        film_results(engine(state="failed", message="The worker ended."), FILM, model)
    with pytest.raises(Refused, match="Another size"):
        film_results(engine(state="failed", result=Refusal("size", "Another size.")), FILM, model)


def test_what_the_engine_cannot_do_at_present_is_no_refusal_of_the_film(model):
    asked = ProgrammedEngine()

    def lost(_):
        raise Refused("no-job", "This job is not known any more.")

    asked.job = lost
    with pytest.raises(MeddxError, match="not known any more") as raised:
        film_results(asked, FILM, model)
    assert not isinstance(raised.value, Refused)


def test_the_maps_are_by_the_method_that_is_asked_for(model):
    asked = ProgrammedEngine()
    explained = []
    asked.explain = lambda *given: explained.append(given[2]) or replace(answer().explanation, method="layer-cam")
    results = film_results(asked, FILM, model, choices=ResultChoices("layer-cam"))
    assert explained == ["layer-cam"]
    assert "map-2.dcm" in results.files


def test_what_the_model_said_already_is_not_asked_again(model):
    said = answer(probabilities={"NORMAL": 0.125, "EFFUSION": 0.25, "NODULE": 0.625})
    asked = ProgrammedEngine()
    asked.predict = None
    report = highdicom.sr.srread(BytesIO(film_results(asked, FILM, model, prediction=said).files["findings.dcm"]))
    groups = report.content.get_image_measurement_groups()[1:]
    assert [group.get_measurements()[0].value for group in groups] == [0.125, 0.25, 0.625]
