"""Which systems share cases, and with which the page opens."""

from meddx.config import ROOT
from pages.ui.common.installed_models import default_model, installed_models
from pages.ui.compare import available_systems


def test_the_page_opens_with_the_default_model_and_partners_of_its_own_data_come_first(monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(ROOT / "models"))
    systems = available_systems.available_systems()
    partners = available_systems.comparable_systems(systems)
    cards = installed_models().cards
    first = available_systems.default_system(partners)
    assert first == default_model(cards)
    assert cards[partners[first][0]].training.data == cards[first].training.data
    assert all(first not in others for name, others in partners.items() if name == first)
    assert partners["bloodmnist-efficientnet"][-1] == "bloodmnist-efficientnet 1.0.0"
