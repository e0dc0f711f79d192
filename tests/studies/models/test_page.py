import pytest

from meddx.config import ROOT
from meddx.evaluate.robustness import read_robustness
from meddx.model.card import read_card
from meddx.model.registry import list_models
from studies.models.page import page


def test_the_page_is_what_the_cards_say():
    models = list_models(ROOT / "models").models
    assert (ROOT / "docs" / "models.md").read_text(encoding="utf-8") == page(models)


@pytest.mark.parametrize("table", sorted((ROOT / "models").glob("*/robustness.csv")), ids=lambda path: path.parent.name)
def test_what_was_measured_of_unspoiled_images_is_what_the_card_says(table):
    # The table and the card came from two runs of the same images through the same weights.
    clean = read_robustness(table)[0]
    said = {m.name: m for m in read_card(table.parent / "card.toml").metrics if (m.set, m.label) == ("test", None)}
    assert (clean.corruption, clean.n) == ("none", said["accuracy"].n)
    assert clean.accuracy == pytest.approx(said["accuracy"].value, abs=1.5 / clean.n)
    assert clean.auroc == pytest.approx(said["auroc"].value, abs=1e-4)


def test_every_number_of_a_robustness_table_is_on_the_page():
    written = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    for table in (ROOT / "models").glob("*/robustness.csv"):
        for row in read_robustness(table)[1:]:
            assert f"[{row.amount:g}] {row.accuracy:.3f} ({row.accuracy_low:.3f} to {row.accuracy_high:.3f})" in written
            assert f"[{row.amount:g}] {row.auroc:.3f} ({row.auroc_low:.3f} to {row.auroc_high:.3f})" in written
