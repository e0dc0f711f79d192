"""What the exports state of thresholds that the reader moved, and whom they name."""

import io
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from meddx.export.data_files import parquet_bytes
from pages.ui.evaluate.exports import case_file, evaluation_facts
from tests.pages.evaluate.states import state
from tests.patience import SECONDS


def test_moved_thresholds_are_named_and_used():
    of = state()
    assert evaluation_facts(of).threshold_origin == "hand"
    of.thresholds["ILL"] = 0.25
    facts = evaluation_facts(of)
    assert facts.threshold_origin == "hand; changed by the user: Ill 0.250"
    assert facts.assessment.thresholds == (0.25, 0.5)
    assert facts.assessment.cells["ILL"].tolist() == [[1, 2], [2, 0]]
    assert facts.moved == ("ILL",)
    assert "Threshold of Ill chosen on this test set" in facts.cautions[0]
    of.thresholds["ILL"] = 0.5  # back where it was
    assert evaluation_facts(of).moved == ()
    assert evaluation_facts(of).cautions == []


def test_what_the_reader_asked_for_is_exported():
    of = state()
    of.proportions, of.specificity, of.sensitivity = "clopper-pearson", 0.5, 0.6
    facts = evaluation_facts(of)
    assert facts.assessment.per_label["ILL"]["recall"].method == "Clopper-Pearson"
    assert (facts.details["ILL"].at_specificity.asked, facts.details["ILL"].at_sensitivity.asked) == (0.5, 0.6)
    assert facts.sets is None  # a file of scores has none


def of_patients(*groups):
    of = state()
    predictions = replace(of.subject.predictions, groups=groups)
    return replace(of, subject=replace(of.subject, predictions=predictions))


def groups_in(of, *, with_patients):
    return pq.read_table(io.BytesIO(case_file(parquet_bytes, of, with_patients)))["group"].to_pylist()


def test_case_tables_name_patients_only_where_asked_for():
    named = of_patients(*(f"ZEBEDEE {number // 2}" for number in range(len(state().subject.predictions))))
    assert "ZEBEDEE" not in str(groups_in(named, with_patients=False))
    assert len(set(groups_in(named, with_patients=False))) == named.subject.predictions.n_patients
    assert groups_in(named, with_patients=True) == list(named.subject.predictions.groups)
    each = of_patients(*state().subject.predictions.cases)
    assert groups_in(each, with_patients=False) == list(each.subject.predictions.cases)


def _page(prefix):
    from pages.ui.evaluate.exports import render_evaluation_exports
    from tests.pages.evaluate.test_exports import of_patients

    render_evaluation_exports(of_patients(*(f"{prefix} {number}" for number in range(1, 6))))


@pytest.mark.usefixtures("engine")
def test_the_page_asks_only_where_patients_have_names_of_their_own():
    for prefix, asked in (("ZEBEDEE", [False]), ("patient", [])):
        page = AppTest.from_function(_page, args=(prefix,), default_timeout=SECONDS).run()
        assert not page.exception
        assert [box.value for box in page.checkbox] == asked
