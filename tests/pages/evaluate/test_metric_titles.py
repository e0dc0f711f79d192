"""Titles of labels, and what the registry says of metrics in their place."""

from meddx.evaluate import metric_registry
from pages.ui.evaluate.metric_titles import short_title


def test_titles_of_known_and_unknown_metrics():
    assert (metric_registry.title("recall"), metric_registry.title("some rate")) == (
        "Sensitivity (recall)",
        "Some rate",
    )


def test_a_short_title_has_no_bracket():
    assert (short_title("Pneumonia (viral)"), short_title("Normal")) == ("Pneumonia", "Normal")


def test_every_meaning_is_a_sentence():
    meanings = [metric.meaning for metric in metric_registry.metrics()]
    assert all(meaning.endswith(".") and meaning[0].isupper() for meaning in meanings)
