"""The job that tests one map, through the service."""

import time

import pytest

from meddx.engine import serialization
from meddx.engine.job_kinds import map_check
from meddx.engine.service import Service
from meddx.errors import CardError
from meddx.explain.map_check import verdicts
from meddx.explain.map_check.area_effects import AREAS
from meddx.explain.map_limits import MapLimits
from meddx.explain.map_record import RECORD_FILE, MapRecord, MethodRecord
from meddx.install.card_file import as_toml
from meddx.types import MapCheck, Refusal
from tests.engine.answers import images


@pytest.fixture(scope="module")
def service(untrained_models):
    made = Service(untrained_models)
    yield made
    made.close()


def arguments(service, **changes):
    """For the label whose map marks the most."""
    (image,) = images(1)
    maps = service.predict(image, "untrained").heatmaps
    label = max(maps, key=lambda name: maps[name].max())
    return {"data": image, "frame": 0, "model": "untrained", "label": label, "method": "layer-cam"} | changes


def ended(service, **changes):
    id = service.start("map_check", arguments(service, **changes))
    seen = []
    while not (status := service.job(id)).ended:
        seen.append((status.done, status.message))
        time.sleep(0.005)
    return status, seen


def test_the_answer_crosses_the_seam_and_says_the_same_again(service):
    status, _ = ended(service)
    assert status.state == "done", status.message
    first = status.result
    assert isinstance(first, MapCheck)
    assert serialization.deserialize(serialization.serialize(first)) == first
    assert [one.name for one in first.measures] == ["faithful", "learned", "steady", "specific", "agreed"]
    assert first.passes == status.done == status.total
    assert ended(service)[0].result == first


def test_it_is_the_map_that_was_asked_for(service):
    one, other = (ended(service, method=method)[0].result for method in ("layer-cam", "eigen-cam"))
    assert (one.method, other.method) == ("layer-cam", "eigen-cam")
    by_name = {measure.name: measure for measure in other.measures}
    assert not one.calibrated, "the limits were set on another model than this untrained one"
    assert "other models" in one.caution
    assert "other methods" not in one.caution
    assert "other models" in other.caution
    assert "other methods" in other.caution
    assert by_name["specific"].value == pytest.approx(0)
    assert other.verdict == "not to be relied on"


def test_on_the_model_and_method_that_set_the_limits_there_is_no_caution(service, monkeypatch):
    weights = service.loaded("untrained").card.weights.sha256
    of = verdicts.ModelOfThresholds("untrained", "1.0.0", "Untrained", weights)
    own = verdicts.ThresholdOrigin("chest films", (of,), ("layer-cam",))
    monkeypatch.setattr(verdicts, "threshold_origin", {weights: own}.__getitem__)
    one, other = (ended(service, method=method)[0].result for method in ("layer-cam", "eigen-cam"))
    assert one.calibrated
    assert not other.calibrated
    assert "other models" not in other.caution


def test_limits_in_the_models_own_record_are_those_it_is_held_to(service, untrained_models):
    card = service.loaded("untrained").card
    limits = MapLimits(
        bad_below=-1, good_from=-1, least_effect=0, usual=(0.0,) * AREAS**2, methods=("layer-cam",), images=10,
        wrong_maps=30,
    )  # fmt: skip
    record = MapRecord(
        model=card.id, version=card.version, weights_sha256=card.weights.sha256, images="noise", command="none",
        recommended="layer-cam", why="None.", methods=(MethodRecord(name="layer-cam", title="LayerCAM"),),
        limits=limits,
    )  # fmt: skip
    before = ended(service)[0].result
    file = untrained_models / "untrained" / RECORD_FILE
    file.write_text(as_toml(record.model_dump(exclude_none=True)))
    try:
        one, other = (ended(service, method=method)[0].result for method in ("layer-cam", "eigen-cam"))
    finally:
        file.unlink()
    assert before.measures[0].verdict == "bad"
    assert one.measures[0].verdict == "good"
    assert one.caution == ""
    assert "other methods" in other.caution


@pytest.mark.parametrize(
    ("changes", "rule"), [({"label": "HERNIA"}, "no-label"), ({"method": "guess"}, "no-method"), ({"data": b"?"}, None)]
)
def test_what_cannot_be_tested_is_refused(service, changes, rule):
    status, _ = ended(service, **changes)
    assert status.state == "failed"
    assert isinstance(status.result, Refusal)
    assert rule in (None, status.result.rule)


def test_predictions_are_the_same_before_and_after(service):
    (image,) = images(1)
    before = service.predict(image, "untrained").logits
    ended(service)
    assert service.predict(image, "untrained").logits == before


def test_two_tests_of_one_map_at_a_time_do_not_share_their_network(service):
    loaded = service.loaded("untrained")
    with map_check._tests.taken(loaded, "grad-cam", {}) as one, map_check._tests.taken(loaded, "grad-cam", {}) as other:
        assert one is not other
    with map_check._tests.taken(loaded, "grad-cam", {}) as again:
        assert again in (one, other)


def test_methods_of_one_model_share_its_compiled_networks_and_few_models_are_kept(service, monkeypatch):
    one, other = service.loaded("untrained"), service.loaded("untrained-multi")
    monkeypatch.setattr(map_check, "_MOST_CACHED", 1)
    with map_check._tests.taken(one, "grad-cam", {}) as first:
        pass
    with map_check._tests.taken(one, "layer-cam", {}) as second:
        assert first._networks is second._networks
    with map_check._tests.taken(other, "grad-cam", {}):
        pass
    with map_check._tests.taken(one, "grad-cam", {}) as again:
        assert again is not first


def test_a_test_that_is_stopped_can_be_run_again(service):
    class Stop(Exception):
        pass

    def stop(done, total, message=""):
        if done > 30:
            raise Stop

    with pytest.raises(Stop):
        map_check.run(service, arguments(service), stop)
    expected = ended(service)[0].result
    assert map_check.run(service, arguments(service), lambda done, total, message="": None) == expected


def test_an_unknown_model_is_refused_like_everywhere(service):
    with pytest.raises(CardError, match="nowhere"):
        map_check.run(service, arguments(service, model="nowhere"), lambda done, total, message="": None)
