import tomllib
from pathlib import Path

from meddx.evaluate.map_evaluation.measures import BLANK, DECIDED, EMPTY, GAIN, LIKENESS, MEASURES
from meddx.explain.map_record import PASSING

SHIPPED = sorted(Path(__file__).parents[3].glob("models/*/explanations.toml"))


def test_what_needs_no_marks_is_measured_on_any_set():
    assert {name for name, measure in MEASURES.items() if not measure.of_marks} == {
        GAIN,
        EMPTY,
        LIKENESS,
        BLANK,
        PASSING,
    }


def test_a_good_map_is_seldom_empty_and_unlike_that_of_a_shuffled_network():
    assert {name for name, measure in MEASURES.items() if measure.best == "low"} == {EMPTY, LIKENESS}
    assert {measure.best for measure in MEASURES.values()} == {"low", "high"}
    # Differences and correlations may be negative, shares cannot.
    assert {name for name, measure in MEASURES.items() if measure.low == -1} == {GAIN, LIKENESS}
    assert {measure.low for measure in MEASURES.values()} == {-1, 0}


def test_every_recorded_value_of_the_shipped_models_has_a_known_measure_and_lies_in_its_limits():
    assert SHIPPED
    for path in SHIPPED:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
        assert record["measured"]
        for row in record["measured"]:
            assert MEASURES[row["measure"]].low <= row["value"] <= 1


def test_methods_are_recommended_by_measures_of_which_more_is_better():
    assert all(MEASURES[name].best == "high" for name in DECIDED)
