import runpy

from meddx.config import ROOT
from meddx.model.registry import list_models


def test_the_page_is_what_the_cards_say():
    page = runpy.run_path(str(ROOT / "tools" / "models_page.py"))["page"]
    cards = [model.card for model in list_models(ROOT / "models").models]
    assert (ROOT / "docs" / "models.md").read_text(encoding="utf-8") == page(cards)
