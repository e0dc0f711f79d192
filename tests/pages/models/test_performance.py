"""Metrics of a card beside those of its siblings."""

from meddx.model.registry import list_models
from pages.ui.models import performance
from tests.untrained import write_model

METRIC = {"name": "auroc", "set": "test", "value": 0.91, "low": 0.85, "high": 0.96, "n": 77, "interval": "by hand"}


def test_models_of_the_same_data_stand_side_by_side_and_others_do_not(tmp_path):
    ours = {"data": "x", "licence": "y", "split_rule": "z", "n_train": 1, "n_validation": 1, "n_test": 1, "config": "c"}
    for name, data in (("a", "x"), ("b", "x"), ("c", "another")):
        write_model(tmp_path, name, title=f"Model {name}", metrics=[METRIC], training=ours | {"data": data})
    cards = list_models(tmp_path).cards
    compared = performance.siblings(cards["b"], cards)
    assert [card.id for card in compared] == ["b", "a"]
    html = performance.siblings_table(compared)
    assert html.index("Model b") < html.index("Model a")
    assert html.count("0.850 to 0.960") == html.count("n 77") == 2


def test_labels_of_the_card_have_their_threshold_and_other_questions_none(tmp_path):
    metrics = [METRIC | {"label": "NODULE"}, METRIC | {"label": "ill <or> well"}]
    write_model(tmp_path, "a", metrics=metrics)
    html = performance.label_table(list_models(tmp_path).cards["a"])
    assert ">0.500<" in html
    assert "not in card" in html
    assert "Ill &lt;or&gt; well" in html
    assert performance.interval_sentence([list_models(tmp_path).cards["a"]]) == {
        "95 % intervals": "By hand. See Split, below, for what counts as one patient."
    }
