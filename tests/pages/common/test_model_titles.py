"""What a model is called where a reader chooses one."""

from pathlib import Path

from meddx.model.registry import list_models
from pages.ui.common.model_titles import model_titles

SHIPPED = list_models(Path(__file__).parents[3] / "models").cards


def test_only_models_of_the_same_title_are_told_apart_by_their_ids():
    first, second, other = list(SHIPPED.values())[:3]
    again = second.model_copy(update={"title": first.title.upper()})
    assert model_titles([first, again, other]) == {
        first.id: f"{first.title} ({first.id})",
        again.id: f"{again.title} ({again.id})",
        other.id: other.title,
    }
