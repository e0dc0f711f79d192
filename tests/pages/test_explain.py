"""The Explain page without a browser, and the records of shipped models."""

import csv
import io
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.explain.map_record import RECORD_FILE, RecordedMeasure, read_record
from meddx.formatting import SPACE
from meddx.model.card import read_card
from meddx.model.registry import list_models
from meddx.training.card_file import as_toml
from pages.ui.explain import all_models, deciding_measure_chart, record_tables, summary_sentences
from pages.ui.explain.csv_export import records_csv
from studies.explanations.localisation import section
from tests.explain.test_map_record import record
from tests.untrained import write_model

PAGE = str(ROOT / "pages" / "explain.py")
RECORDED = [model for model in list_models(ROOT / "models").models if (model.folder / RECORD_FILE).exists()]


def opened(models, name):
    page = AppTest.from_file(PAGE, default_timeout=30)
    page.query_params["model"] = name
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        page.run()
    assert not page.exception
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.code]])


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.card.id)
def test_every_shipped_record_is_shown_with_its_first_method_intervals_and_n(model):
    of = read_record(model.folder, model.card)
    said = opened(ROOT / "models", model.card.id)
    best = of.of(of.recommended, summary_sentences.decided_by(of))
    assert f"Shown first: {of.method(of.recommended).title}" in said
    assert escape(of.why) in said
    assert record_tables.measure_cell(best) in said
    assert f"n {best.n}" in said
    assert said.index("Methods</th>") < said.index("Maps that saw no network: what a method must beat</th>")


def test_the_documentation_holds_every_shipped_record():
    assert RECORDED
    text = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8")
    assert section(list_models(ROOT / "models").models).strip() in text


def test_a_model_without_a_record_says_how_to_make_one(tmp_path):
    write_model(tmp_path, "bare")
    said = opened(tmp_path, "bare")
    assert "Nothing has been measured" in said
    assert "python -m meddx explain-check --model bare" in said


def test_a_record_of_other_weights_is_not_shown(tmp_path):
    folder = write_model(tmp_path, "changed")
    card = read_card(folder / "card.toml")
    (folder / RECORD_FILE).write_text(as_toml(record(card, weights_sha256="0" * 64)))
    assert "other weights" in opened(tmp_path, "changed")


@pytest.fixture
def small(tmp_path):
    folder = write_model(tmp_path, "small")
    card = read_card(folder / "card.toml")
    (folder / RECORD_FILE).write_text(as_toml(record(card)))
    return read_record(folder, card)


def test_the_file_has_a_line_for_every_number(small):
    rows = list(csv.DictReader(io.StringIO(records_csv([small]))))
    assert [(row["row"], row["first"], row["measure"], row["value"], row["n"]) for row in rows] == [
        ("grad-cam", "1", "pointing game", "0.9", "100")
    ]


def test_the_dot_of_a_method_has_its_interval(small):
    dots = deciding_measure_chart.deciding_measure_figure(small, "pointing game", "Points")["data"][0]
    assert dots["x"] == [0.9]
    assert (dots["error_x"]["array"], dots["error_x"]["arrayminus"]) == (pytest.approx([0.05]), pytest.approx([0.1]))
    assert deciding_measure_chart.deciding_measure_figure(small, "overlap", "Overlap") is None


def measured(method, measure, value, low, high):
    return RecordedMeasure(
        method=method, measure=measure, set="test", value=value, low=low, high=high, n=40, interval="Wilson score"
    )


def test_what_was_not_measured_is_said_and_other_software_only_where_there_is_some(small):
    assert "not measured" in record_tables.summary_table(small)
    assert "tf-keras-vis" not in "".join(record_tables.full_tables(small))


def test_empty_maps_of_a_shuffled_network_are_not_called_unlike(small):
    empty = measured("grad-cam", "shuffled network marks nothing", 1, 0.9, 1)
    all_empty = small.model_copy(update={"measured": (*small.measured, empty)})
    assert "that marks nothing" in record_tables.summary_table(all_empty)
    some = (
        measured("grad-cam", "likeness to a shuffled network", 0.25, 0.1, 0.4),
        empty.model_copy(update={"value": 0.3}),
    )
    partly = record_tables.summary_table(small.model_copy(update={"measured": (*small.measured, *some)}))
    assert f"30{SPACE}% mark nothing" in partly
    assert "<b>0.25</b>" in partly


def test_a_method_no_better_than_maps_of_no_network_is_said_to_be_so(small):
    near = "pointing game with tolerance"

    def with_baseline(value):
        numbers = (measured("grad-cam", near, 0.5, 0.4, 0.6), measured("centre", near, value, value - 0.1, value + 0.1))
        changed = {"measured": numbers, "decided_by": near}
        return " ".join(summary_sentences.record_sentences(small.model_copy(update=changed)))

    assert f"On 50{SPACE}% of test images (40 to 60{SPACE}%, n 40)" in with_baseline(0.2)
    assert "take no place from its maps" not in with_baseline(0.2)
    assert "take no place from its maps" in with_baseline(0.45)


def test_without_marks_the_sentence_says_that_it_is_not_known_whether_it_finds(small):
    hold = small.model_copy(update={"measured": (measured("grad-cam", "faithfulness", 0.3, 0.2, 0.4),)})
    assert "whether its maps find the finding is not known" in summary_sentences.record_sentences(hold)[0]
    assert "hold 0.30 of the answer (0.20 to 0.40, n 40" in summary_sentences.record_sentences(hold)[1]
    assert "That is little" not in summary_sentences.record_sentences(hold)[1]
    hardly = small.model_copy(update={"measured": (measured("grad-cam", "faithfulness", 0.03, 0.02, 0.04),)})
    assert "That is little" in summary_sentences.record_sentences(hardly)[1]


def test_methods_stand_beside_models_with_what_is_shown_first_framed(small, tmp_path):
    numbers = (
        measured("grad-cam", "faithfulness", 0.3, 0.2, 0.4),
        measured("centre", "faithfulness", -0.001, -0.1, 0.1),
    )
    card = read_card(tmp_path / "small" / "card.toml")
    [grid] = all_models.method_grids([(card, small.model_copy(update={"measured": numbers}))])
    assert 'class="chosen" title="0.30 (0.20 to 0.40), n 40"' in grid
    assert ">0.00</td>" in grid  # never -0.00
    assert card.title in all_models.first_methods([(card, small)])
