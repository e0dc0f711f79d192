from meddx.types import SimilarCase
from pages.ui.diagnose import similar_cases

NEAR = [
    SimilarCase("a/1.png", ("NODULE",), ("NODULE",), 0.41),
    SimilarCase("a/2.png", ("NODULE", "EFFUSION"), (), 0.6),
    SimilarCase("<b>.png", (), ("EFFUSION",), 1.25),
]


def test_the_sentence_counts_true_labels(card):
    assert similar_cases.similar_cases_sentence(NEAR, card) == (
        "Of the 3 nearest, by their true labels: 2 Nodule, 1 Effusion and 1 with none of the model's labels."
    )


def test_the_table_has_truth_answer_and_distance_and_no_markup_of_names(card):
    html = similar_cases.similar_cases_table(NEAR, card)
    assert "Nodule, Effusion" in html
    assert "0.41" in html
    assert "1.25" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
