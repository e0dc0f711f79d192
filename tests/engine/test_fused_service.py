"""The engine answers films with a record and a note beside them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from meddx.engine.contract import QUICK_MAP_CHECK
from meddx.engine.job_kinds import counterfactual, map_check, quick_map_check
from meddx.engine.serialization import deserialize, serialize
from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.types import Prediction, no_progress
from tests.engine.answers import images
from tests.engine.test_job_runner import until
from tests.fused import write_fused
from tests.patience import SECONDS
from tests.untrained import write_model

RECORD, NOTE = {"age": "61", "sex": "F", "smoker": "no"}, "Cough and haemoptysis"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    write_fused(models)
    write_model(models)
    service = Service(models)
    yield service
    service.close()


@pytest.fixture(scope="module")
def film():
    return images(1)[0]


def test_an_answer_is_the_sum_of_its_shares_and_says_what_it_goes_without(service, film):
    answer = service.predict(film, "fused", record={"age": "130", "sex": "F"}, note=NOTE)
    for label, shares in answer.contributions.shares.items():
        assert shares.base + sum(shares.parts.values()) == pytest.approx(answer.logits[label], abs=1e-5)
    assert "Answered without smoker." in answer.notes
    assert "Answered without age: what was given is out of range (0 to 120 years)." in answer.notes
    assert "130" not in " ".join(answer.notes)
    assert "Answered without age, sex, smoker and a note." in service.predict(film, "fused").notes


def test_record_and_note_change_the_answer_and_its_heat_maps(service, film):
    without, record, note = (
        service.predict(film, "fused", **beside) for beside in ({}, {"record": RECORD}, {"note": NOTE})
    )
    assert len({one.logits["NORMAL"] for one in (without, record, note)}) == 3
    assert not np.array_equal(without.heatmaps["NORMAL"], record.heatmaps["NORMAL"])


def test_answers_asked_for_at_once_are_each_with_their_own_record(service, film):
    records = [{"age": str(age)} for age in range(20, 100, 10)]
    alone = [service.predict(film, "fused", record=record) for record in records]
    maps = [service.explain(film, "fused", "gradients", record=record) for record in records]
    assert len({one.logits["NORMAL"] for one in alone}) == len(records)
    with ThreadPoolExecutor(len(records)) as at_once:
        answers = list(at_once.map(lambda record: service.predict(film, "fused", record=record), records))
        explained = list(
            at_once.map(lambda record: service.explain(film, "fused", "gradients", record=record), records)
        )
    for before, after in zip(alone, answers, strict=True):
        assert after.logits == pytest.approx(before.logits, abs=1e-5)
    for before, after in zip(maps, explained, strict=True):
        np.testing.assert_allclose(after.maps["NORMAL"], before.maps["NORMAL"], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("beside", [{}, {"record": RECORD, "note": NOTE}])
def test_grad_cam_of_the_held_network_is_that_of_the_answer(service, film, beside):
    answer = service.predict(film, "fused", **beside)
    explained = service.explain(film, "fused", "grad-cam", **beside)
    for label, heatmap in answer.heatmaps.items():
        np.testing.assert_allclose(explained.maps[label], heatmap, atol=1e-4)


def test_a_map_of_pixels_is_of_the_answer_with_record_and_note(service, film):
    before = service.explain(film, "fused", "gradients")
    within = service.explain(film, "fused", "gradients", record=RECORD, note=NOTE)
    after = service.explain(film, "fused", "gradients")
    assert not np.allclose(before.maps["NORMAL"], within.maps["NORMAL"], rtol=1e-3)
    np.testing.assert_allclose(before.maps["NORMAL"], after.maps["NORMAL"], rtol=1e-5)


def test_a_map_that_reports_progress_lets_another_record_have_its_turn(service, film):
    alone = service.explain(film, "fused", "occlusion", record=RECORD)
    others = []

    def in_between(*_):
        if not others:
            asked = threading.Thread(
                target=lambda: others.append(service.explain(film, "fused", "gradients", record={"age": "20"}))
            )
            asked.start()
            asked.join(SECONDS)

    between = service.explain(film, "fused", "occlusion", progress=in_between, record=RECORD)
    [other] = others
    np.testing.assert_allclose(between.maps["NORMAL"], alone.maps["NORMAL"], rtol=1e-4, atol=1e-6)
    expected = service.explain(film, "fused", "gradients", record={"age": "20"})
    np.testing.assert_allclose(other.maps["NORMAL"], expected.maps["NORMAL"], rtol=1e-4, atol=1e-6)


def test_passes_in_the_background_are_with_the_record_that_is_given(service, film):
    blank = np.zeros((2, 32, 32, 1), np.float32)
    without, _ = service.pass_in_background("fused", blank)
    within, _ = service.pass_in_background("fused", blank, record=RECORD, note=NOTE)
    assert not np.allclose(without, within)
    np.testing.assert_allclose(service.pass_in_background("fused", blank)[0], without, rtol=1e-5)


def test_a_counterfactual_starts_from_the_answer_with_its_record(service, film):
    for beside in ({}, {"record": RECORD, "note": NOTE}):
        answer = service.predict(film, "fused", **beside)
        label = max(answer.probabilities, key=answer.probabilities.get)
        found = counterfactual.run(
            service, {"data": film, "frame": 0, "model": "fused", "label": label, **beside}, no_progress
        )
        assert found.before == pytest.approx(answer.probabilities[label], abs=1e-4)


def test_checks_are_of_the_answer_with_its_record_whatever_was_checked_before(service, film):
    def checked(**beside):
        answer = service.predict(film, "fused", **beside)
        label = max(answer.probabilities, key=answer.probabilities.get)
        asked = {"data": film, "frame": 0, "model": "fused", "label": label, "method": "layer-cam", **beside}
        return map_check.run(service, asked, no_progress), answer.probabilities[label]

    for beside in ({}, {"record": RECORD, "note": NOTE}, {"record": {"age": "20"}}, {}):
        check, probability = checked(**beside)
        assert check.whole == pytest.approx(probability, abs=1e-4)


def test_a_quick_check_asks_with_the_record(service, film):
    maps = service.explain(film, "fused", "gradients", record=RECORD, note=NOTE).maps
    label = max(maps, key=lambda name: np.abs(maps[name]).max())
    asked = {"data": film, "frame": 0, "model": "fused", "label": label, "method": "gradients", "maps": maps}
    within = quick_map_check.run(service, {**asked, "record": RECORD, "note": NOTE}, no_progress)
    without = quick_map_check.run(service, asked, no_progress)
    values = [[measure.value for measure in one.measures] for one in (within, without)]
    assert values[0] != pytest.approx(values[1])
    id = service.start(QUICK_MAP_CHECK, {**asked, "record": RECORD, "note": NOTE})
    until(lambda: service.job(id).ended)
    assert service.job(id).result == within


def test_a_job_is_refused_for_what_the_model_does_not_take(service, film):
    asked = {"data": film, "frame": 0, "model": "untrained", "label": "NORMAL", "record": RECORD}
    with pytest.raises(Refused) as refused:
        counterfactual.run(service, asked, no_progress)
    assert refused.value.rule == "no-such-field"


def test_passes_in_the_background_are_without_record(service, film):
    answer = service.predict(film, "fused")
    blank = np.zeros((3, 32, 32, 1), np.float32)
    logits, maps = service.pass_in_background("fused", blank)
    assert logits.shape == (3, 3)
    assert maps.shape[:2] == (3, 3)
    np.testing.assert_allclose(logits, np.asarray(service.loaded("fused").network(blank)[1]), atol=1e-5)
    assert answer.contributions.has_note is False


def test_what_a_model_does_not_take_is_refused(service, film):
    with pytest.raises(Refused) as refused:
        service.predict(film, "fused", record={"weight": "70"})
    assert refused.value.rule == "no-such-field"
    with pytest.raises(Refused) as refused:
        service.predict(film, "untrained", record=RECORD)
    assert refused.value.rule == "no-such-field"
    with pytest.raises(Refused) as refused:
        service.explain(film, "untrained", "gradients", note=NOTE)
    assert refused.value.rule == "takes-no-note"
    assert service.diagnose(film, "untrained", note=NOTE).answer.rule == "takes-no-note"


def test_an_answer_crosses_the_seam_whole_and_one_for_images_alone_has_no_shares(service, film):
    answer = service.predict(film, "fused", record=RECORD, note=NOTE)
    crossed = deserialize(serialize(answer))
    assert isinstance(crossed, Prediction)
    assert crossed.contributions == answer.contributions
    assert service.predict(film, "untrained").contributions is None
